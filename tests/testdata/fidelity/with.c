/* with sets up what a shell can't and then runs a tool: with KEY=VALUE… -- FILE ARG… looks FILE up on PATH as execvp
 * does; argv[0] is FILE, unless noargv=1 says that there is none. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static char *filled(size_t n) {
	char *s = malloc(n + 1);
	memset(s, 'x', n);
	s[n] = 0;
	return s;
}

static void set(const char *key, char *value) {
	long n = atol(value);
	sigset_t s;
	if (!strcmp(key, "block")) {
		sigemptyset(&s), sigaddset(&s, n), sigprocmask(SIG_BLOCK, &s, NULL);
	} else if (!strcmp(key, "pending")) {
		sigemptyset(&s), sigaddset(&s, n), sigprocmask(SIG_BLOCK, &s, NULL), kill(getpid(), n);
	} else if (!strcmp(key, "ignore")) {
		signal(n, SIG_IGN);
	} else if (!strcmp(key, "close")) {
		close(n);
	} else if (!strcmp(key, "open")) {
		int fd = open("/etc/passwd", O_RDONLY);
		if (fd != n) dup2(fd, n), close(fd);
	} else if (!strcmp(key, "socketpair")) {
		int sv[2];
		socketpair(AF_UNIX, SOCK_STREAM, 0, sv);
		dup2(sv[0], n);
		close(sv[0]), close(sv[1]);
	} else if (!strcmp(key, "deathsignal")) {
		prctl(PR_SET_PDEATHSIG, n);
	} else if (!strcmp(key, "subreaper")) {
		prctl(PR_SET_CHILD_SUBREAPER, n);
	} else if (!strcmp(key, "timerslack")) {
		prctl(PR_SET_TIMERSLACK, n);
	} else if (!strcmp(key, "nonewprivs")) {
		prctl(PR_SET_NO_NEW_PRIVS, n, 0, 0, 0);
	} else if (!strcmp(key, "thp")) {
		prctl(PR_SET_THP_DISABLE, n, 0, 0, 0);
	} else if (!strcmp(key, "ioprio")) {
		syscall(SYS_ioprio_set, 1, 0, n);
	} else if (!strcmp(key, "affinity")) {
		cpu_set_t c;
		CPU_ZERO(&c);
		CPU_SET(n, &c);
		sched_setaffinity(0, sizeof c, &c);
	} else if (!strcmp(key, "oom")) {
		FILE *f = fopen("/proc/self/oom_score_adj", "w");
		fputs(value, f), fclose(f);
	} else if (!strcmp(key, "alarm")) {
		struct itimerval t = {{0, 0}, {n / 1000, n % 1000 * 1000}};
		setitimer(ITIMER_REAL, &t, NULL);
	} else if (!strcmp(key, "setsid")) {
		setsid();
	} else if (!strcmp(key, "limit")) { /* resource:soft:hard, -1 for none */
		char *soft = strchr(value, ':') + 1;
		struct rlimit l = {strtoul(soft, NULL, 0), strtoul(strchr(soft, ':') + 1, NULL, 0)};
		if (setrlimit(n, &l)) perror("setrlimit");
	} else if (!strcmp(key, "noreap")) {
		/* The tool's parent looks away until it is told to go on by a byte on stdin. */
		pid_t p = fork();
		if (p) {
			char b;
			printf("%d\n", p), fflush(stdout);
			while (read(0, &b, 1) < 0 && errno == EINTR);
			_exit(0);
		}
	} else {
		fprintf(stderr, "with: %s?\n", key);
		_exit(98);
	}
}

int main(int argc, char **argv) {
	static char *env[64];
	static char *args[40000];
	int nenv = 0, nargs = 0, i = 1, own = 0, argv0 = 1;
	for (; i < argc && strcmp(argv[i], "--"); i++) {
		char *eq = strchr(argv[i], '=');
		*eq = 0;
		if (!strcmp(argv[i], "env")) own = 1, env[nenv++] = eq + 1; /* replaces the environment, word by word */
		else if (!strcmp(argv[i], "noargv")) argv0 = 0;
		else set(argv[i], eq + 1);
	}
	char *file = argv[i + 1];
	if (argv0) args[nargs++] = file;
	for (i += 2; i < argc; i++) {
		long n;
		if (sscanf(argv[i], "FILL:%ld", &n) == 1) args[nargs++] = filled(n);
		else if (sscanf(argv[i], "TOTAL:%ld", &n) == 1) { /* as many words of 100,000 bytes, and a rest */
			for (; n > 100000; n -= 100000) args[nargs++] = filled(100000 - 1);
			args[nargs++] = filled(n - 1);
		} else args[nargs++] = argv[i];
	}
	if (own) { /* execvp looks PATH up in the environment that it passes on: use the old one */
		execvpe(file, args, env);
	} else execvp(file, args);
	fprintf(stderr, "with: %s\n", strerror(errno));
	return errno == ENOENT ? 127 : 126;
}
