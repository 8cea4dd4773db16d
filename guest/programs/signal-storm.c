/* SPDX-License-Identifier: MIT
 * Makes system calls with a known value in every register, and computes with known values, while signals come at any
 * moment: SIGINT by ^C from the terminal, SIGALRM from a timer. After as many signals as its argument says it tells
 * what has gone wrong; the exit status is 1 if anything has. It passes on a real Linux too, with SIGALRM alone.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define TCGETS 0x5401
#define TCSETS 0x5402
#define ECHO 0x08
#define NO_SUCH_CALL 999
#define REPORTS 10

struct registers {
	unsigned eax, ebx, ecx, edx, esi, edi, ebp, esp;
};

extern struct registers before, after;
extern void (*way)(void);
extern void (*__sysinfo)(void);
void __int80(void);
void call_with_registers(void);
void compute_with_registers(void);
extern unsigned carry_is_lost;
extern int unit_result;

/* Both load all registers from "before" and store them in "after"; ESP must come back, too. */
__asm__(".bss\n\t.balign 4\n"
	"before:\t.skip 32\nafter:\t.skip 32\nway:\t.skip 4\ncarry_is_lost:\t.skip 4\nunit_result:\t.skip 4\n"
	".data\nseven:\t.4byte 7\n"
	".macro LOAD\n"
	"\tpushl %ebp\n\tpushl %ebx\n\tpushl %esi\n\tpushl %edi\n\tmovl %esp, before+28\n"
	"\tmovl before, %eax\n\tmovl before+4, %ebx\n\tmovl before+8, %ecx\n\tmovl before+12, %edx\n"
	"\tmovl before+16, %esi\n\tmovl before+20, %edi\n\tmovl before+24, %ebp\n"
	".endm\n"
	".macro STORE\n"
	"\tmovl %eax, after\n\tmovl %ebx, after+4\n\tmovl %ecx, after+8\n\tmovl %edx, after+12\n"
	"\tmovl %esi, after+16\n\tmovl %edi, after+20\n\tmovl %ebp, after+24\n\tmovl %esp, after+28\n"
	"\tmovl before+28, %esp\n\tpopl %edi\n\tpopl %esi\n\tpopl %ebx\n\tpopl %ebp\n\tret\n"
	".endm\n"
	".text\n"
	"call_with_registers:\n\tLOAD\n\tcall *way\n\tSTORE\n"
	/* a carry that lives through a loop of instructions which do not touch it, and 7 * 7 in the unit */
	"compute_with_registers:\n\tLOAD\n"
	"\tfildl seven\n\tstc\n"
	"1:\tnop\n\tlea 1(%edx), %edx\n\tpushl %edx\n\tpopl %edx\n\tdec %ecx\n\tjnz 1b\n"
	"\tsetnc carry_is_lost\n\tfimull seven\n\tfistpl unit_result\n\tSTORE\n");

static volatile int signals;
static int wanted, wrong, rounds, process_id;
static int own_pipe[2], to_child[2], from_child[2];

static void complain(const char *what, unsigned is, unsigned should_be)
{
	if (wrong++ < REPORTS) {
		printf("WRONG in round %d: %s is 0x%x, not 0x%x\n", rounds, what, is, should_be);
	}
}

/* Leaves nothing as it was, as far as a handler may; sometimes it makes a system call itself. */
static void handler(int signal)
{
	signals += signal != 0;
	if (signals % 8 == 0 && getpid() != process_id) {
		complain("getpid in a handler", 0, (unsigned)process_id);
	}
	__asm__ volatile("fninit\n\tfldz\n\tfldz\n\tfldz\n\tstd\n\tcld\n\tclc\n\tmovl $-1, %%eax\n\tmovl %%eax, %%ebx\n\t"
			 "movl %%eax, %%ecx\n\tmovl %%eax, %%edx\n\tmovl %%eax, %%esi\n\tmovl %%eax, %%edi"
			 : : : "eax", "ebx", "ecx", "edx", "esi", "edi", "cc", "memory");
}

static void compare(const char *name, unsigned is, unsigned should_be)
{
	if (is != should_be) {
		complain(name, is, should_be);
	}
}

static void compare_others(void)
{
	compare("EBX", after.ebx, before.ebx);
	compare("ESI", after.esi, before.esi);
	compare("EDI", after.edi, before.edi);
	compare("EBP", after.ebp, before.ebp);
	compare("ESP", after.esp, before.esp);
}

static void call(unsigned number, unsigned b, unsigned c, unsigned d, unsigned expected)
{
	before = (struct registers){ number, b, c, d, 0x51515151u ^ (unsigned)rounds, 0xD1D1D1D1u + (unsigned)rounds, 0xB0B0B0B0u - (unsigned)rounds, 0 };
	way = rounds % 4 == 3 ? __int80 : __sysinfo;
	call_with_registers();
	compare("EAX", after.eax, expected);
	compare("ECX", after.ecx, before.ecx);
	compare("EDX", after.edx, before.edx);
	compare_others();
}

static void compute(void)
{
	before = (struct registers){ 0xA0A0A0A0u, 0xB1B1B1B1u, 40, 1000, 2, 3, 4, 0 };
	compute_with_registers();
	compare("EAX", after.eax, before.eax);
	compare("ECX", after.ecx, 0);
	compare("EDX", after.edx, 1040);
	compare("lost carries", carry_is_lost & 0xFF, 0);
	compare("the floating-point unit's result", (unsigned)unit_result, 49);
	compare_others();
}

/* What is written comes back, in order: no call is made twice, none is left out. */
static void pass_bytes(void)
{
	unsigned sent = (unsigned)rounds, received = 0;
	char byte = (char)rounds, echoed = 0;

	call(SYS_write, (unsigned)own_pipe[1], (unsigned)&sent, sizeof(sent), sizeof(sent));
	call(SYS_read, (unsigned)own_pipe[0], (unsigned)&received, sizeof(received), sizeof(received));
	compare("a word through a pipe", received, sent);
	if (rounds % 16 == 0) {
		call(SYS_write, (unsigned)to_child[1], (unsigned)&byte, 1, 1);
		call(SYS_read, (unsigned)from_child[0], (unsigned)&echoed, 1, 1);
		compare("a byte by way of another process", (unsigned char)echoed, (unsigned char)byte);
	}
}

static void touch_memory(void)
{
	unsigned *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	compare("new memory", page[0] | page[1024], 0);
	page[1024] = (unsigned)rounds;
	compare("written memory", page[1024], (unsigned)rounds);
	munmap(page, 8192);
}

static void one_round(void)
{
	sigset_t blocked = 1;

	rounds++;
	call(SYS_getpid, 0x11111111, 0x22222222, 0x33333333, (unsigned)process_id);
	compute();
	call(SYS_close, 1000, 0x44444444, 0x55555555, (unsigned)-EBADF);
	call(NO_SUCH_CALL, 1, 2, 3, (unsigned)-ENOSYS);
	call(SYS_rt_sigprocmask, SIG_BLOCK, 0, (unsigned)&blocked, (unsigned)-EINVAL); /* ESI is no size of a set */
	pass_bytes();
	if (rounds % 8 == 0) {
		touch_memory();
	}
}

static void start_child(void)
{
	char byte;

	pipe(own_pipe);
	pipe(to_child);
	pipe(from_child);
	signal(SIGINT, SIG_IGN); /* the child's for ever */
	if (fork() == 0) {
		close(to_child[1]);
		while (read(to_child[0], &byte, 1) == 1) {
			write(from_child[1], &byte, 1);
		}
		_exit(0);
	}
	close(to_child[0]);
}

static void be_quiet(void)
{
	unsigned settings[16];

	if (syscall(SYS_ioctl, 0, TCGETS, settings) == 0) {
		settings[3] &= ~(unsigned)ECHO;
		syscall(SYS_ioctl, 0, TCSETS, settings);
	}
}

int main(int argc, char **argv)
{
	static const long timer[4] = { 0, 10000, 0, 10000 };
	static const long off[4] = { 0, 0, 0, 0 };
	const struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };

	wanted = argc > 1 ? atoi(argv[1]) : 100;
	process_id = getpid();
	be_quiet();
	start_child();
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
	syscall(SYS_setitimer, 0, timer, NULL);
	printf("storm\n");
	while (signals < wanted) {
		one_round();
	}
	syscall(SYS_setitimer, 0, off, NULL);
	signal(SIGINT, SIG_IGN);
	close(to_child[1]);
	waitpid(-1, NULL, 0);
	printf("%d signals or more, %s\n", wanted, wrong == 0 ? "nothing wrong" : "something wrong");
	return wrong != 0;
}
