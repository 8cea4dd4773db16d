/* SPDX-License-Identifier: MIT
 * The emulation library's file, inside the server's image.
 */
	.section .rodata
	.balign	16
	.globl	library_file
library_file:
	.incbin	"generated/emulation.so"
	.globl	library_file_end
library_file_end:
