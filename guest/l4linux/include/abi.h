/* SPDX-License-Identifier: MIT
 * The Linux/i386 ABI as programs see it: errors, signals, flags, structures. Facts of the interface, the same
 * numbers as in any Linux header; nothing here is the server's choice.
 */
#ifndef LINUX_ABI_H
#define LINUX_ABI_H

#define EPERM 1
#define ENOENT 2
#define ESRCH 3
#define EINTR 4
#define EIO 5
#define ENXIO 6
#define E2BIG 7
#define ENOEXEC 8
#define EBADF 9
#define ECHILD 10
#define EAGAIN 11
#define ENOMEM 12
#define EACCES 13
#define EFAULT 14
#define EBUSY 16
#define EEXIST 17
#define ENOTDIR 20
#define EISDIR 21
#define EINVAL 22
#define ENFILE 23
#define EMFILE 24
#define EXDEV 18
#define ENODEV 19
#define ENOTTY 25
#define ETXTBSY 26
#define EFBIG 27
#define ENOSPC 28
#define ESPIPE 29
#define EPIPE 32
#define ERANGE 34
#define ENAMETOOLONG 36
#define ENOSYS 38
#define ENOTEMPTY 39
#define ELOOP 40
#define ENODATA 61
#define EOVERFLOW 75
#define EOPNOTSUPP 95

#define SIGHUP 1
#define SIGINT 2
#define SIGQUIT 3
#define SIGILL 4
#define SIGTRAP 5
#define SIGABRT 6
#define SIGBUS 7
#define SIGFPE 8
#define SIGKILL 9
#define SIGSEGV 11
#define SIGPIPE 13
#define SIGALRM 14
#define SIGCHLD 17
#define SIGCONT 18
#define SIGSTOP 19
#define SIGTSTP 20
#define SIGTTIN 21
#define SIGTTOU 22
#define SIGURG 23
#define SIGVTALRM 26
#define SIGPROF 27
#define SIGWINCH 28
#define SIGSYS 31
#define FIRST_REALTIME_SIGNAL 32
#define SIGNAL_COUNT 64
#define SIG_DFL 0u
#define SIG_IGN 1u

#define SA_NOCLDSTOP 0x00000001u
#define SA_NOCLDWAIT 0x00000002u
#define SA_SIGINFO 0x00000004u
#define SA_RESTORER 0x04000000u
#define SA_ONSTACK 0x08000000u
#define SA_RESTART 0x10000000u
#define SA_NODEFER 0x40000000u
#define SA_RESETHAND 0x80000000u

#define SIG_BLOCK 0u
#define SIG_UNBLOCK 1u
#define SIG_SETMASK 2u

#define SS_ONSTACK 1u
#define SS_DISABLE 2u
#define SS_AUTODISARM 0x80000000u
#define MINSIGSTKSZ 2048u

#define SI_USER 0
#define SI_KERNEL 0x80
#define SI_QUEUE (-1)
#define SI_TKILL (-6)
#define ILL_ILLOPN 2
#define FPE_INTDIV 1
#define FPE_FLTDIV 3
#define FPE_FLTOVF 4
#define FPE_FLTUND 5
#define FPE_FLTRES 6
#define FPE_FLTINV 7
#define SEGV_MAPERR 1
#define SEGV_ACCERR 2
#define BUS_ADRALN 1
#define TRAP_BRKPT 1
#define TRAP_TRACE 2
#define CLD_EXITED 1
#define CLD_KILLED 2
#define CLD_STOPPED 5
#define CLD_CONTINUED 6

/* What a system call gives that a signal has interrupted; no program sees these numbers (signal(7)). */
#define ERESTARTSYS 512	      /* begins anew after a handler with SA_RESTART, or without a handler */
#define ERESTARTNOINTR 513    /* begins anew in any case */
#define ERESTARTNOHAND 514    /* begins anew if there was no handler */
#define ERESTART_RESTARTBLOCK 516 /* the same, and goes on with what is left of its time */

#define O_ACCMODE 3u
#define O_RDONLY 0u
#define O_WRONLY 1u
#define O_RDWR 2u
#define O_CREAT 0100u
#define O_EXCL 0200u
#define O_NOCTTY 0400u
#define O_TRUNC 01000u
#define O_APPEND 02000u
#define O_NONBLOCK 04000u
#define O_DIRECTORY 0200000u
#define O_LARGEFILE 0100000u
#define O_NOFOLLOW 0400000u
#define O_NOATIME 01000000u
#define O_CLOEXEC 02000000u
#define O_PATH 010000000u
#define OPEN_ONLY_FLAGS (O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) /* F_GETFL hides them */

#define F_DUPFD 0u
#define F_GETFD 1u
#define F_SETFD 2u
#define F_GETFL 3u
#define F_SETFL 4u
#define F_DUPFD_CLOEXEC 1030u
#define FD_CLOEXEC 1u

#define AT_FDCWD (-100)
#define AT_SYMLINK_NOFOLLOW 0x100u
#define AT_REMOVEDIR 0x200u
#define AT_EACCESS 0x200u
#define AT_SYMLINK_FOLLOW 0x400u
#define AT_NO_AUTOMOUNT 0x800u
#define AT_EMPTY_PATH 0x1000u
#define AT_STATX_SYNC 0x6000u
#define STATX_BASIC_STATS 0x7FFu

#define S_IFMT 0170000u
#define S_IFIFO 0010000u
#define S_IFCHR 0020000u
#define S_IFDIR 0040000u
#define S_IFREG 0100000u
#define S_IFLNK 0120000u
#define S_ISUID 04000u
#define S_ISGID 02000u
#define S_IXGRP 00010u
#define PERMISSIONS 07777u
#define ANY_EXECUTE 0111u

#define RENAME_NOREPLACE 1u

#define SEEK_SET 0u
#define SEEK_CUR 1u
#define SEEK_END 2u

#define PROT_READ 1u
#define PROT_WRITE 2u
#define PROT_EXEC 4u
#define MAP_SHARED 1u
#define MAP_PRIVATE 2u
#define MAP_TYPE 0x0Fu
#define MAP_FIXED 0x10u
#define MAP_ANONYMOUS 0x20u
#define MAP_FIXED_NOREPLACE 0x100000u

#define TCGETS 0x5401u
#define TCSETS 0x5402u
#define TCSETSW 0x5403u
#define TCSETSF 0x5404u
#define TCFLSH 0x540Bu
#define TIOCGPGRP 0x540Fu
#define TIOCSPGRP 0x5410u
#define TIOCSCTTY 0x540Eu
#define FIONREAD 0x541Bu
#define TIOCGWINSZ 0x5413u

#define WNOHANG 1u
#define WUNTRACED 2u
#define WCONTINUED 8u
#define W_ALL 0x40000000u	  /* __WALL */
#define W_NOT_THREADS 0x20000000u /* __WNOTHREAD */

#define CLONE_SIGNAL_MASK 0xFFu
#define CLONE_VM 0x100u
#define CLONE_VFORK 0x4000u
#define CLONE_THREAD 0x10000u
#define CLONE_CHILD_CLEARTID 0x200000u
#define CLONE_CHILD_SETTID 0x1000000u

#define POLLIN 0x001u
#define POLLPRI 0x002u
#define POLLOUT 0x004u
#define POLLERR 0x008u
#define POLLHUP 0x010u
#define POLLNVAL 0x020u
#define POLLRDNORM 0x040u
#define POLLWRNORM 0x100u

#define RLIMIT_STACK 3u
#define RLIMIT_NPROC 6u
#define RLIMIT_NOFILE 7u
#define RLIMIT_COUNT 16u
#define RLIM_INFINITY ~0u

#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID 3
#define CLOCK_MONOTONIC_RAW 4
#define CLOCK_REALTIME_COARSE 5
#define CLOCK_MONOTONIC_COARSE 6
#define CLOCK_BOOTTIME 7
#define TIMER_ABSTIME 1u

#define ITIMER_REAL 0
#define ITIMER_VIRTUAL 1
#define ITIMER_PROF 2

enum auxiliary_type {
	AT_NULL = 0,
	AT_PHDR = 3,
	AT_PHENT = 4,
	AT_PHNUM = 5,
	AT_PAGESZ = 6,
	AT_BASE = 7,
	AT_FLAGS = 8,
	AT_ENTRY = 9,
	AT_UID = 11,
	AT_EUID = 12,
	AT_GID = 13,
	AT_EGID = 14,
	AT_CLKTCK = 17,
	AT_SECURE = 23,
	AT_RANDOM = 25,
	AT_EXECFN = 31,
	AT_SYSINFO = 32,
	AT_SYSINFO_EHDR = 33,
};

struct auxiliary_entry {
	unsigned type;
	unsigned value;
};

struct iovec {
	unsigned base;
	unsigned length;
};

struct timespec {
	int seconds;
	int nanoseconds;
};

struct timeval {
	int seconds;
	int microseconds;
};

struct tms {
	unsigned user, system, children_user, children_system;
};

struct rusage {
	struct timeval user, system;
	unsigned others[14];
};

struct utsname {
	char sysname[65], nodename[65], release[65], version[65], machine[65], domainname[65];
};

/* struct termios of the kernel (TCGETS), not the one of the C library */
struct termios {
	unsigned input_flags, output_flags, control_flags, local_flags;
	unsigned char line;
	unsigned char control_characters[19];
};

enum termios_flags {
	ICRNL = 0x100,			   /* of input_flags */
	IXON = 0x400,			   /* is remembered only: no host needs it */
	OPOST = 0x001, ONLCR = 0x004,	   /* of output_flags */
	B115200_CS8_CREAD = 0x10B2,	   /* of control_flags */
	ISIG = 0x01, ICANON = 0x02,	   /* of local_flags */
	ECHO = 0x08, ECHOE = 0x10, ECHOK = 0x20, TOSTOP = 0x100,
};
enum termios_characters { VINTR, VQUIT, VERASE, VKILL, VEOF, VTIME, VMIN, VSUSP = 10 };

struct winsize {
	unsigned short rows, columns, x_pixels, y_pixels;
};

/* wait(2) status words */
static inline unsigned wait_status_exited(int code) { return ((unsigned)code & 0xFF) << 8; }

static inline unsigned wait_status_signalled(int signal) { return (unsigned)signal & 0x7F; }

static inline unsigned wait_status_stopped(int signal) { return (unsigned)signal << 8 | 0x7F; }

#define WAIT_STATUS_CONTINUED 0xFFFFu

#endif
