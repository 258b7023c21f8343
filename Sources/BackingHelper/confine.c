#include "helper.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

#if defined(__x86_64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "The calls of this architecture are not known."
#endif

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define UNLESS(value, skipped) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skipped)
#define END(action) BPF_STMT(BPF_RET | BPF_K, action)
// The call's number is loaded before each of these and after it.
#define ALLOW(call) UNLESS(SYS_##call, 1), END(SECCOMP_RET_ALLOW)
#define ALLOW_WITH(call, argument, value) \
    UNLESS(call, 4), LOAD(args[argument]), UNLESS(value, 1), END(SECCOMP_RET_ALLOW), LOAD(nr)

#define BEGIN \
    LOAD(arch), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCHITECTURE, 1, 0), END(SECCOMP_RET_KILL_PROCESS), LOAD(nr)
#define SERVER_CALLS \
    ALLOW(ppoll), ALLOW(recvmsg), ALLOW(sendto), ALLOW(statx), ALLOW(read), ALLOW(close), ALLOW(exit_group), \
        ALLOW_WITH(SYS_openat, 2, O_RDONLY | O_CLOEXEC), \
        ALLOW_WITH(SYS_fcntl, 1, F_GETFL), ALLOW_WITH(SYS_fcntl, 1, F_SETLKW), \
        ALLOW_WITH(SYS_ioctl, 1, BACKING_OPEN), ALLOW_WITH(SYS_ioctl, 1, BACKING_CLOSE), \
        ALLOW_WITH(428 /* open_tree */, 2, 0x1000 /* AT_EMPTY_PATH */ | 1 /* OPEN_TREE_CLONE */ | O_CLOEXEC), \
        ALLOW_WITH(442 /* mount_setattr */, 2, 0x1000 /* AT_EMPTY_PATH */), ALLOW_WITH(457 /* statmount */, 3, 0)

static struct sock_filter server_rules[] = {BEGIN, SERVER_CALLS, END(SECCOMP_RET_KILL_PROCESS)};
// It makes processes, which do the rest, and of which each gives up what it does not need.
static struct sock_filter listener_rules[] = {
    BEGIN, SERVER_CALLS, ALLOW(accept4), ALLOW(getsockopt), ALLOW(clone), ALLOW(wait4), ALLOW(setitimer),
    ALLOW_WITH(SYS_prctl, 0, PR_SET_SECCOMP), END(SECCOMP_RET_KILL_PROCESS),
};

int confine(int is_listener) {
    struct sock_fprog listener = {sizeof listener_rules / sizeof *listener_rules, listener_rules};
    struct sock_fprog server = {sizeof server_rules / sizeof *server_rules, server_rules};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, is_listener ? &listener : &server);
}
