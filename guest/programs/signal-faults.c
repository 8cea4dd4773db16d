/* SPDX-License-Identifier: MIT
 * Catches the processor's exceptions as signals and goes on behind the instruction; restores registers, flags and the
 * floating-point unit by way of the handler's frame; and breaks frames and stacks. The exit status is the number of
 * failures. It passes on a real Linux too.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SI_KERNEL 0x80
#define FPE_INTDIV 1
#define FPE_FLTDIV 3
#define ILL_ILLOPN 2
#define SEGV_MAPERR 1
#define SEGV_ACCERR 2
#define NOWHERE ((char *)0x20000000)
#define EFLAGS_CARRY 1
#define EFLAGS_DIRECTION 0x400

static int failures;
static siginfo_t info;
static struct sigcontext context;
static unsigned continue_at;
static volatile int direction_in_handler;
static char other_stack[16384];

static void check(const char *what, int condition)
{
	printf("%s %s\n", condition ? "ok  " : "FAIL", what);
	failures += !condition;
}

static void catch(int signal, siginfo_t *given, void *user_context)
{
	struct sigcontext *registers = &((ucontext_t *)user_context)->uc_mcontext;
	unsigned flags;

	(void)signal;
	__asm__ volatile("pushfl\n\tpopl %0" : "=r"(flags));
	direction_in_handler = (flags & EFLAGS_DIRECTION) != 0;
	info = *given;
	context = *registers;
	if (continue_at) {
		registers->eip = continue_at;
	}
}

static void handle(int signal, unsigned flags)
{
	const struct sigaction action = { .sa_sigaction = catch, .sa_flags = SA_SIGINFO | flags };

	sigaction(signal, &action, NULL);
	memset(&info, 0, sizeof(info));
}

/* Executes the instruction, which may fail, and goes on behind it. */
#define TRY(instruction, ...)                                                                                         \
	__asm__ volatile("movl $1f, %0\n\t" instruction "\n1:" : "=m"(continue_at) : __VA_ARGS__ : "eax", "edx", "memory")

static void check_exceptions(void)
{
	static const char text[] = "constant";

	handle(SIGSEGV, 0);
	TRY("movl $0, (%1)", "r"(NOWHERE));
	check("SIGSEGV: nothing is there", info.si_signo == SIGSEGV && info.si_code == SEGV_MAPERR && info.si_addr == NOWHERE);
	check("SIGSEGV: a write, by a program", context.trapno == 14 && context.err == 6 && context.cr2 == (unsigned)NOWHERE);
	TRY("movl (%1), %%eax", "r"(NOWHERE + 4));
	check("SIGSEGV: a read", info.si_addr == NOWHERE + 4 && context.err == 4);
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	*page = 1;
	mprotect(page, 4096, PROT_READ);
	TRY("movl $0, (%1)", "r"(page));
	check("SIGSEGV: not to be written", info.si_code == SEGV_ACCERR && info.si_addr == page && context.err == 7);
	TRY("movl $0, (%1)", "r"(text));
	check("SIGSEGV: a constant neither", info.si_code == SEGV_ACCERR && info.si_addr == text);
	TRY("int $0x55", "i"(0));
	check("SIGSEGV: a gate that is not there", info.si_code == SI_KERNEL && context.trapno == 13 && context.err == 0x55 * 8 + 2);
	handle(SIGFPE, 0);
	TRY("xorl %%edx, %%edx\n\tmovl $1, %%eax\n\tdivl %1", "m"((const unsigned){ 0 }));
	check("SIGFPE: division by zero", info.si_signo == SIGFPE && info.si_code == FPE_INTDIV && context.trapno == 0);
	handle(SIGILL, 0);
	TRY("ud2", "i"(0));
	check("SIGILL: its address", info.si_signo == SIGILL && info.si_code == ILL_ILLOPN &&
	      info.si_addr == (void *)context.eip && context.trapno == 6);
	handle(SIGTRAP, 0);
	TRY("int3", "i"(0));
	check("SIGTRAP: behind the breakpoint", info.si_signo == SIGTRAP && info.si_code == SI_KERNEL && context.eip == continue_at);
}

static void check_floating_point(void)
{
	static const unsigned short unmasked = 0x037B, masked = 0x037F; /* division by zero */
	unsigned short status;
	double kept = 0;

	handle(SIGFPE, 0);
	continue_at = 0;
	TRY("fninit\n\tfldcw %1\n\tfld1\n\tfldz\n\tfdivrp\n\tfwait", "m"(unmasked));
	check("SIGFPE: of the floating-point unit", info.si_signo == SIGFPE && info.si_code == FPE_FLTDIV);
	__asm__ volatile("fnclex\n\tfldcw %0\n\tfninit" : : "m"(masked));
	handle(SIGUSR1, 0);
	continue_at = 0;
	__asm__ volatile("fldpi\n\tfld1" : : : "memory");
	raise(SIGUSR1);
	__asm__ volatile("faddp\n\tfstpl %0\n\tfnstsw %1" : "=m"(kept), "=a"(status) : : "memory");
	const unsigned *words = (const unsigned *)&kept;
	check("the unit's registers outlive a handler", words[1] == 0x401090FD && words[0] == 0xAA22168C && (status & 0x3800) == 0);
}

/* A handler that uses the unit: its program must not see it. */
static void disturb(int signal)
{
	(void)signal;
	__asm__ volatile("fninit\n\tfldz\n\tfldz\n\tfldz");
}

static void check_disturbance(void)
{
	float kept = 0;

	signal(SIGUSR1, disturb);
	__asm__ volatile("fninit\n\tfld1");
	raise(SIGUSR1);
	__asm__ volatile("fstps %0" : "=m"(kept));
	check("what a handler does to the unit is undone", *(const unsigned *)&kept == 0x3F800000);
}

static void check_flags(void)
{
	unsigned flags;

	handle(SIGTRAP, 0);
	continue_at = 0;
	__asm__ volatile("std\n\tstc\n\tint3\n\tpushfl\n\tpopl %0\n\tcld" : "=r"(flags) : : "memory");
	check("flags are restored, direction too", (flags & EFLAGS_CARRY) && (flags & EFLAGS_DIRECTION));
	check("a handler begins with the direction up", !direction_in_handler);
}

static int status_of(void (*function)(void))
{
	int status = -1;
	int child = fork();

	if (child == 0) {
		function();
		_exit(0);
	}
	waitpid(child, &status, 0);
	return status;
}

static void wild_stack(void)
{
	__asm__ volatile("movl $0x1000, %esp\n\tpushl $0");
}

static void on_its_own_stack(int signal)
{
	(void)signal;
	_exit(42);
}

static void wild_stack_with_another(void)
{
	const stack_t stack = { other_stack, 0, sizeof(other_stack) };
	const struct sigaction action = { .sa_handler = on_its_own_stack, .sa_flags = SA_ONSTACK };

	sigaltstack(&stack, NULL);
	sigaction(SIGSEGV, &action, NULL);
	wild_stack();
}

static void wild_sigreturn(void)
{
	signal(SIGSEGV, SIG_DFL);
	__asm__ volatile("movl $0x1000, %%esp\n\tint $0x80" : : "a"(SYS_rt_sigreturn));
}

static void break_frame(int signal, siginfo_t *given, void *user_context)
{
	(void)signal, (void)given;
	((ucontext_t *)user_context)->uc_mcontext.cs = 0x10; /* not a program's */
}

static void bad_segment(void)
{
	const struct sigaction action = { .sa_sigaction = break_frame, .sa_flags = SA_SIGINFO };

	signal(SIGSEGV, SIG_DFL);
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
}

static void blocked_fault(void)
{
	const sigset_t set = sigmask(SIGSEGV);

	sigprocmask(SIG_BLOCK, &set, NULL);
	*(volatile int *)NOWHERE = 0;
}

static void check_breakage(void)
{
	int status = status_of(wild_stack);
	check("no stack for the frame: SIGSEGV ends it", WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	status = status_of(wild_stack_with_another);
	check("a signal stack catches that", WIFEXITED(status) && WEXITSTATUS(status) == 42);
	status = status_of(wild_sigreturn);
	check("sigreturn without a frame: SIGSEGV", WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	status = status_of(bad_segment);
	check("a frame with a bad code segment: SIGSEGV", WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	status = status_of(blocked_fault);
	check("a blocked fault ends the program", WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

/* A program may bring its own way back. */
__asm__(".text\n"
	"own_restorer:\n\tmovl $173, %eax\n\tint $0x80\n"
	".globl own_restorer");
void own_restorer(void);

static void check_restorer(void)
{
	const struct sigaction action = { .sa_sigaction = catch, .sa_flags = SA_SIGINFO | SA_RESTORER,
					  .sa_restorer = own_restorer };

	continue_at = 0;
	sigaction(SIGUSR1, &action, NULL);
	check("SA_RESTORER", raise(SIGUSR1) == 0 && info.si_signo == SIGUSR1);
}

static float child_sees;

static void check_fork(void)
{
	float parent_sees = 0;
	int status = -1;

	__asm__ volatile("fninit\n\tfldpi");
	int child = fork();
	if (child == 0) {
		__asm__ volatile("fstps %0" : "=m"(child_sees));
		_exit(*(const unsigned *)&child_sees == 0x40490FDB);
	}
	__asm__ volatile("fstps %0" : "=m"(parent_sees));
	waitpid(child, &status, 0);
	check("a child inherits the floating-point unit", WEXITSTATUS(status) == 1);
	check("and its parent keeps it", *(const unsigned *)&parent_sees == 0x40490FDB);
}

int main(void)
{
	check_exceptions();
	check_floating_point();
	check_disturbance();
	check_flags();
	check_restorer();
	check_breakage();
	check_fork();
	printf("%d failed\n", failures);
	return failures;
}
