/* probe prints all that a process can tell of how it was started, one "name value" a line. Numbers that differ from run
 * to run (pids, inodes) stand between @ signs: the test renames them in the order of their first appearance. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

extern char **environ;
static FILE *out;

static void word(const char *name, const char *s) {
	size_t n = strlen(s);
	unsigned long sum = 5381;
	for (size_t i = 0; i < n; i++) sum = sum * 33 + (unsigned char)s[i];
	fprintf(out, "%s ", name);
	if (n > 300) {
		fprintf(out, "%zu bytes, sum %lx\n", n, sum);
		return;
	}
	for (; *s; s++) {
		if (*s < ' ' || *s == '%' || *s == '@' || *s == 127) fprintf(out, "%%%02x", (unsigned char)*s);
		else fputc(*s, out);
	}
	fputc('\n', out);
}

static void link_of(const char *name, const char *path) {
	char b[8192];
	ssize_t n = readlink(path, b, sizeof b - 1);
	if (n < 0) {
		fprintf(out, "%s error %d\n", name, errno);
		return;
	}
	b[n] = 0;
	char *open = strstr(b, ":[");
	if (open) { /* pipe:[123] */
		char *end = strchr(open, ']');
		if (end) *end = 0;
		*open = 0;
		fprintf(out, "%s %s @%s@\n", name, b, open + 2);
		return;
	}
	word(name, b);
}

static void lines(const char *name, const char *path, const char *const *wanted) {
	char b[65536];
	FILE *f = fopen(path, "r");
	if (!f) {
		fprintf(out, "%s error %d\n", name, errno);
		return;
	}
	while (fgets(b, sizeof b, f)) {
		b[strcspn(b, "\n")] = 0;
		if (!wanted) {
			fprintf(out, "%s %s\n", name, b);
			continue;
		}
		for (const char *const *w = wanted; *w; w++)
			if (!strncmp(b, *w, strlen(*w)) && b[strlen(*w)] == ':') fprintf(out, "%s\n", b);
	}
	fclose(f);
}

static void descriptors(void) {
	for (int fd = 0; fd < 2048; fd++) {
		char name[32], path[64];
		struct stat st;
		struct winsize w;
		int flags = fcntl(fd, F_GETFD);
		if (flags < 0 || fd == fileno(out)) continue;
		snprintf(name, sizeof name, "fd%d", fd);
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
		link_of(name, path);
		fstat(fd, &st);
		fprintf(out, "fd%d cloexec %d flags %o mode %o dev %lx inode @%lu@ at %ld tty %d", fd, flags, fcntl(fd, F_GETFL), st.st_mode,
			(unsigned long)st.st_dev, (unsigned long)st.st_ino, (long)lseek(fd, 0, SEEK_CUR), isatty(fd));
		if (isatty(fd) && ioctl(fd, TIOCGWINSZ, &w) == 0) fprintf(out, " window %dx%d", w.ws_col, w.ws_row);
		fputc('\n', out);
	}
}

static void limits(void) {
	for (int r = 0; r < 16; r++) {
		struct rlimit l;
		if (getrlimit(r, &l) == 0) fprintf(out, "rlimit%d %lx %lx\n", r, (unsigned long)l.rlim_cur, (unsigned long)l.rlim_max);
	}
}

static void process(void) {
	int v = 0;
	struct itimerval t;
	fprintf(out, "pid @%d@\nparent @%d@\n", getpid(), getppid());
	fprintf(out, "group @%d@\nsession @%d@\n", getpgrp(), getsid(0));
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
	fprintf(out, "terminal %s", tty < 0 ? "none" : "yes");
	if (tty >= 0) fprintf(out, " foreground @%d@", tcgetpgrp(tty));
	fputc('\n', out);
	if (tty >= 0) close(tty);
	errno = 0;
	fprintf(out, "nice %d\n", getpriority(PRIO_PROCESS, 0));
	fprintf(out, "ioprio %ld\n", syscall(SYS_ioprio_get, 1, 0));
	fprintf(out, "scheduler %d\n", sched_getscheduler(0));
	fprintf(out, "timerslack %d\n", prctl(PR_GET_TIMERSLACK));
	prctl(PR_GET_PDEATHSIG, &v);
	fprintf(out, "deathsignal %d\n", v);
	v = 0;
	prctl(PR_GET_CHILD_SUBREAPER, &v);
	fprintf(out, "subreaper %d\n", v);
	fprintf(out, "dumpable %d\nkeepcaps %d\nsecurebits %d\n", prctl(PR_GET_DUMPABLE), prctl(PR_GET_KEEPCAPS), prctl(PR_GET_SECUREBITS));
	fprintf(out, "thp %d\nmce %d\nnonewprivs %d\n", prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0), prctl(PR_MCE_KILL_GET, 0, 0, 0, 0), prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	fprintf(out, "personality %x\n", personality(0xffffffff));
	getitimer(ITIMER_REAL, &t);
	fprintf(out, "alarm %s\n", t.it_value.tv_sec || t.it_value.tv_usec ? "set" : "none");
	fprintf(out, "secure %lu\n", getauxval(AT_SECURE));
}

int main(int argc, char **argv) {
	static const char *const status[] = {"Umask", "Uid", "Gid", "Groups", "FDSize", "Threads", "SigPnd", "ShdPnd", "SigBlk", "SigIgn", "SigCgt",
		"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "Seccomp", "Cpus_allowed_list", "Mems_allowed_list", "Name", NULL};
	const char *to = getenv("PROBE_OUT");
	out = stdout;
	if (to) {
		/* Out of the way of the descriptors that are looked at. */
		int fd = open(to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
		int high = fcntl(fd, F_DUPFD_CLOEXEC, 3);
		out = fdopen(high, "a");
		close(fd);
		if (!out) return 99;
	}
	lines("status", "/proc/self/status", status);
	descriptors();
	fprintf(out, "argc %d\n", argc);
	for (int i = 0; i < argc; i++) word("arg", argv[i]);
	for (char **e = environ; *e; e++) word("env", *e);
	word("execfn", (const char *)getauxval(AT_EXECFN));
	link_of("exe", "/proc/self/exe");
	link_of("cwd", "/proc/self/cwd");
	link_of("root", "/proc/self/root");
	limits();
	process();
	lines("oom_score_adj", "/proc/self/oom_score_adj", NULL);
	lines("coredump_filter", "/proc/self/coredump_filter", NULL);
	lines("cgroup", "/proc/self/cgroup", NULL);
	lines("children", "/proc/thread-self/children", NULL);
	static const char *const ns[] = {"user", "mnt", "pid", "net", "ipc", "uts", "cgroup", "time", NULL};
	for (const char *const *n = ns; *n; n++) {
		char path[64];
		snprintf(path, sizeof path, "/proc/self/ns/%s", *n);
		link_of("namespace", path);
	}
	fflush(out);
	return 0;
}
