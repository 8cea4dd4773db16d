/* SPDX-License-Identifier: MIT
 * The programs of the default root, as files, and the table of them (root_programs.h).
 */
	.macro	PROGRAM name
	.section .rodata.programs, "a"
	.balign	4096
1:	.incbin	"generated/\name"
2:	.section .rodata.program_names, "a"
3:	.asciz	"\name"
	.section .rodata.program_table, "a"
	.4byte	3b, 1b, 2b
	.endm

	.section .rodata.program_table, "a"
	.balign	4
	.globl	root_programs
root_programs:
	PROGRAM	cat
	PROGRAM	echo
	PROGRAM	hello
	PROGRAM	ls
	PROGRAM	sh
	.4byte	0, 0, 0
