/*
 * Reads a filter from standard input and writes the classic BPF program that libseccomp makes of it to standard output:
 *
 *	arch x86_64|aarch64
 *	default ACTION
 *	rule ACTION NAME NUMBER [INDEX OP MASK VALUE]...
 *
 * in numbers, OP one of ne lt le eq ge gt masked. NUMBER is that of the call, -1 where the architecture lacks it; if libseccomp
 * knows another one, that is an error. Rules on calls without a number are passed over. For another machine than this one
 * calls that libseccomp doesn't know can't be in a rule: those are named on standard error.
 */
#include <errno.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void die(const char *what, int rc)
{
	fprintf(stderr, "%s: %s\n", what, strerror(-rc));
	exit(1);
}

static enum scmp_compare op(const char *s)
{
	static const char *names[] = { "ne", "lt", "le", "eq", "ge", "gt", "masked" };
	static const enum scmp_compare ops[] = { SCMP_CMP_NE, SCMP_CMP_LT, SCMP_CMP_LE, SCMP_CMP_EQ, SCMP_CMP_GE, SCMP_CMP_GT, SCMP_CMP_MASKED_EQ };
	for (unsigned i = 0; i < 7; i++)
		if (!strcmp(s, names[i]))
			return ops[i];
	die(s, -EINVAL);
	return 0;
}

int main(void)
{
	char line[4096];
	scmp_filter_ctx ctx = NULL;
	uint32_t arch = 0;
	int rc;

	while (fgets(line, sizeof line, stdin)) {
		char *word = strtok(line, " \n");
		if (!word)
			continue;
		if (!strcmp(word, "arch")) {
			arch = seccomp_arch_resolve_name(strtok(NULL, " \n"));
		} else if (!strcmp(word, "default")) {
			ctx = seccomp_init(strtoul(strtok(NULL, " \n"), NULL, 0));
			if (!ctx || !arch)
				die("init", -EINVAL);
			if (arch != seccomp_arch_native()) {
				if ((rc = seccomp_arch_add(ctx, arch)) || (rc = seccomp_arch_remove(ctx, seccomp_arch_native())))
					die("arch", rc);
			}
			if ((rc = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS)))
				die("badarch", rc);
		} else if (!strcmp(word, "rule")) {
			uint32_t action = strtoul(strtok(NULL, " \n"), NULL, 0);
			char *name = strtok(NULL, " \n");
			int known = seccomp_syscall_resolve_name_arch(arch, name), nr = atoi(strtok(NULL, " \n"));
			if (known != __NR_SCMP_ERROR && (known < 0 ? nr >= 0 : nr != known)) {
				fprintf(stderr, "%s is %d, not %d\n", name, known, nr);
				return 1;
			}
			struct scmp_arg_cmp cmps[6];
			unsigned n = 0;
			for (char *index; (index = strtok(NULL, " \n")) && n < 6; n++) {
				cmps[n].arg = atoi(index);
				cmps[n].op = op(strtok(NULL, " \n"));
				uint64_t mask = strtoull(strtok(NULL, " \n"), NULL, 0), value = strtoull(strtok(NULL, " \n"), NULL, 0);
				cmps[n].datum_a = cmps[n].op == SCMP_CMP_MASKED_EQ ? mask : value;
				cmps[n].datum_b = value;
			}
			if (nr < 0)
				continue;
			if (arch != seccomp_arch_native()) { /* rules for another machine are given by this one's numbers */
				if (known == __NR_SCMP_ERROR) {
					fprintf(stderr, "unknown %s\n", name);
					continue;
				}
				nr = seccomp_syscall_resolve_name(name);
			}
			if ((rc = seccomp_rule_add_array(ctx, action, nr, n, cmps)) && rc != -EEXIST)
				die("rule", rc);
		}
	}
	if (!ctx)
		die("no filter", -EINVAL);
	if ((rc = seccomp_export_bpf(ctx, 1)))
		die("export", rc);
	return 0;
}
