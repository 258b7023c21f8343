#include "helper.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "The calls of this architecture are not known."
#endif

// A call, and the value that one of its arguments must have; -1: any.
struct call {
    unsigned number;
    int argument;
    unsigned value;
};
#define ANY(name) {SYS_##name, -1, 0}

static const struct call server_calls[] = {
    ANY(ppoll), ANY(recvmsg), ANY(sendto), ANY(statx), ANY(read), ANY(close), ANY(exit_group),
    {SYS_openat, 2, O_RDONLY | O_CLOEXEC},
    {SYS_fcntl, 1, F_GETFL}, {SYS_fcntl, 1, F_SETLKW},
    {SYS_ioctl, 1, 0x4010e501 /* FUSE_DEV_IOC_BACKING_OPEN */}, {SYS_ioctl, 1, 0x4004e502 /* … CLOSE */},
    {428 /* open_tree */, 2, 0x1000 /* AT_EMPTY_PATH */ | 1 /* OPEN_TREE_CLONE */ | O_CLOEXEC},
    {442 /* mount_setattr */, 2, 0x1000 /* AT_EMPTY_PATH */},
};
// It makes processes, which do the rest, and of which each gives up what it does not need.
static const struct call listener_calls[] = {
    ANY(accept4), ANY(getsockopt), ANY(clone), ANY(wait4), ANY(setitimer), {SYS_prctl, 0, PR_SET_SECCOMP},
};
enum { server_count = sizeof server_calls / sizeof *server_calls, all_count = server_count + sizeof listener_calls / sizeof *listener_calls };

static int confine(int is_listener) {
    struct sock_filter rules[5 + 6 * all_count] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCHITECTURE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    };
    unsigned short count = 4;
    for (int i = 0; i < (is_listener ? all_count : server_count); i++) {
        const struct call *call = i < server_count ? &server_calls[i] : &listener_calls[i - server_count];
        int is_checked = call->argument >= 0;
        rules[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call->number, 0, is_checked ? 4 : 1);
        if (is_checked) {
            size_t offset = offsetof(struct seccomp_data, args) + 8 * (size_t)call->argument;
            rules[count++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offset);
            rules[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call->value, 0, 1);
        }
        rules[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
        if (is_checked)
            rules[count++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    }
    rules[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    struct sock_fprog program = {.len = count, .filter = rules};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

int confine_listener(void) { return confine(1); }
int confine_server(void) { return confine(0); }
