#define _GNU_SOURCE
#include "reader.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct answer {
    struct reprofs_found found;
    int problem;
};

// One message with at most one descriptor, which is closed on exec where it comes in. The number of bytes, or -1 and errno.
static ssize_t send_message(int socket, struct iovec *parts, size_t count, int descriptor) {
    char room[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8))) = {0};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
    if (descriptor >= 0) {
        message.msg_control = room;
        message.msg_controllen = sizeof room;
        struct cmsghdr *part = CMSG_FIRSTHDR(&message);
        part->cmsg_level = SOL_SOCKET;
        part->cmsg_type = SCM_RIGHTS;
        part->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(part), &descriptor, sizeof descriptor);
    }
    ssize_t sent;
    do sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent;
}

static ssize_t receive_message(int socket, struct iovec *parts, size_t count, int *descriptor) {
    char room[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8))) = {0};
    struct msghdr message = {
        .msg_iov = parts, .msg_iovlen = count, .msg_control = room, .msg_controllen = sizeof room};
    ssize_t got;
    *descriptor = -1;
    do got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got < 0) return -1;
    for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part))
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS && part->cmsg_len == CMSG_LEN(sizeof(int)))
            memcpy(descriptor, CMSG_DATA(part), sizeof *descriptor);
    return got;
}

// Whether what lies there are no files of anybody but what the kernel tells of itself and of processes. These say that they have
// no blocks, and so does whatever kind comes later; a few that hold files do so too.
static int is_kernels(const struct statfs *facts) {
    switch ((unsigned long)facts->f_type) {
    case 0x9fa0:      // proc
    case 0x62656572:  // sysfs
    case 0x64626720:  // debugfs
    case 0x74726163:  // tracefs
    case 0x73636673:  // securityfs
    case 0x27e0eb:    // cgroup
    case 0x63677270:  // cgroup2
    case 0x62656570:  // configfs
    case 0xcafe4a11:  // bpf
    case 0x6165676c:  // pstore
    case 0xde5e81e4:  // efivarfs
    case 0x42494e4d:  // binfmt_misc
    case 0x1cd1:      // devpts
    case 0x19800202:  // mqueue
    case 0x6e736673:  // nsfs
    case 0x65735543:  // fusectl
        return 1;
    case 0x01021994:  // tmpfs, also without a limit
    case 0x858458f6:  // ramfs
    case 0x65735546:  // FUSE
    case 0x01021997:  // 9p
        return 0;
    default:
        return facts->f_blocks == 0;
    }
}

// MARK: - In the child: nothing but calls of the kernel, since the memory may be in any state there.

static int take(const struct reprofs_rights *rights) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct sets[2];
    // Keys of this process's session open file systems that know them. Where that is forbidden there are none.
    syscall(SYS_keyctl, 1 /* KEYCTL_JOIN_SESSION_KEYRING */, NULL);
    // By the calls of the kernel: glibc's ask all threads of the process that was.
    if (rights->is_other
        && (syscall(SYS_setgroups, rights->count, rights->groups) != 0
            || syscall(SYS_setresgid, rights->group, rights->group, rights->group) != 0
            || syscall(SYS_setresuid, rights->user, rights->user, rights->user) != 0))
        return -1;
    if (syscall(SYS_capget, &header, sets) != 0) return -1;
    sets[0].permitted &= (unsigned)rights->kept;
    sets[1].permitted &= (unsigned)(rights->kept >> 32);
    for (int i = 0; i < 2; i++) {
        sets[i].effective = sets[i].permitted;
        sets[i].inheritable = 0;
    }
    if (syscall(SYS_capset, &header, sets) != 0) return -1;
    // The user must not look into a copy of this process's memory, nor may what is opened here get rights.
    if (prctl(PR_SET_DUMPABLE, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
    return 0;
}

// O_PATH: looks, without opening anything or doing something to it.
static int look(int directory, char *path, int how) {
    if (how == reprofs_following_links) {
        struct { unsigned long long flags, mode, resolve; } wanted = {
            .flags = O_PATH | O_CLOEXEC, .resolve = 2 /* RESOLVE_NO_MAGICLINKS */};
        int found = (int)syscall(437 /* openat2 */, AT_FDCWD, path, &wanted, sizeof wanted);
        if (found >= 0 || (errno != ENOSYS && errno != EPERM)) return found;
        // Such links lead from here to what is this process's own, which is nothing but the root directory.
        return open(path, O_PATH | O_CLOEXEC);
    }
    int place = fcntl(directory, F_DUPFD_CLOEXEC, 0);
    for (char *name = path, *end; place >= 0 && name; name = end ? end + 1 : NULL) {
        if ((end = strchr(name, '/'))) *end = 0;
        if (*name == 0 || strcmp(name, "..") == 0) {
            close(place);
            errno = EINVAL;
            return -1;
        }
        int next = openat(place, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        int problem = errno;
        close(place);
        errno = problem;
        place = next;
    }
    return place;
}

// What was looked at, opened. Of a directory who may not look names up gets nothing either.
static int reopen(int place, unsigned kind) {
    if (kind == S_IFDIR) return openat(place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char itself[32];
    snprintf(itself, sizeof itself, "/proc/self/fd/%d", place);
    return open(itself, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static void answer(int socket, int directory, char *path, int how) {
    struct answer answer = {.problem = 0};
    struct stat facts;
    struct statfs place_facts;
    int opened = -1;
    int place = how == reprofs_beneath && directory < 0 ? (errno = EBADF, -1) : look(directory, path, how);
    if (place < 0 || fstat(place, &facts) != 0 || fstatfs(place, &place_facts) != 0) {
        answer.problem = errno;
    } else {
        answer.found = (struct reprofs_found){
            .device = facts.st_dev, .inode = facts.st_ino, .major = major(facts.st_dev), .minor = minor(facts.st_dev),
            .kind = facts.st_mode & S_IFMT, .file_system = (unsigned long)place_facts.f_type, .is_kernels = is_kernels(&place_facts)};
        if (!answer.found.is_kernels && (S_ISREG(facts.st_mode) || S_ISDIR(facts.st_mode))) {
            opened = reopen(place, answer.found.kind);
            if (opened < 0) answer.problem = errno;
        }
    }
    struct iovec part = {&answer, sizeof answer};
    send_message(socket, &part, 1, opened);
    if (opened >= 0) close(opened);
    if (place >= 0) close(place);
}

static void serve(int socket, const struct reprofs_rights *rights, int parent) {
    // The parent's handlers are no use here; who may signal this process may end it.
    struct sigaction usual = {.sa_handler = SIG_DFL};
    for (int signal = 1; signal < NSIG; signal++) sigaction(signal, &usual, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    // Nothing of the parent's stays open: neither its locks nor its connection to the kernel, which outlive it otherwise.
    if (dup2(socket, 0) != 0) _exit(1);
    if (syscall(436 /* close_range */, 1, ~0u, 0) != 0)
        for (long i = sysconf(_SC_OPEN_MAX) - 1; i > 0; i--) close((int)i);
    setsid();
    if (chdir("/") != 0) _exit(1);
    struct answer hello = {.problem = take(rights) == 0 ? 0 : errno};
    // A change of the user forgets this.
    if (hello.problem == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) hello.problem = errno;
    if (getppid() != parent) _exit(1);
    struct iovec part = {&hello, sizeof hello};
    if (send_message(0, &part, 1, -1) < 0 || hello.problem != 0) _exit(1);
    for (;;) {
        static char path[PATH_MAX];
        int how, directory;
        struct iovec parts[2] = {{&how, sizeof how}, {path, sizeof path}};
        ssize_t got = receive_message(0, parts, 2, &directory);
        if (got <= (ssize_t)sizeof how) _exit(0);
        path[got - (ssize_t)sizeof how - 1] = 0;
        answer(0, directory, path, how);
        if (directory >= 0) close(directory);
    }
}

// MARK: - In the parent

static int receive_answer(int socket, int milliseconds, struct answer *answer, int *descriptor) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long long end = now.tv_sec * 1000LL + now.tv_nsec / 1000000 + milliseconds;
    for (;;) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        long long left = end - (now.tv_sec * 1000LL + now.tv_nsec / 1000000);
        struct pollfd ready = {.fd = socket, .events = POLLIN};
        int count = left > 0 ? poll(&ready, 1, (int)left) : 0;
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return -1;
        if (count == 0) {
            errno = ETIMEDOUT;
            return -1;
        }
        break;
    }
    struct iovec part = {answer, sizeof *answer};
    ssize_t got = receive_message(socket, &part, 1, descriptor);
    if (got == (ssize_t)sizeof *answer) return 0;
    if (got >= 0) errno = ESRCH;
    if (*descriptor >= 0) close(*descriptor);
    return -1;
}

int reprofs_start_reader(const struct reprofs_rights *rights, int *process) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return -1;
    // No handler of this process may run in the child.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int parent = getpid();
    *process = _Fork();
    if (*process == 0) serve(ends[1], rights, parent);
    int problem = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(ends[1]);
    struct answer hello;
    int none;
    if (*process > 0 && receive_answer(ends[0], 10000, &hello, &none) == 0) {
        if (hello.problem == 0) return ends[0];
        problem = hello.problem;
    } else if (*process > 0) {
        problem = errno;
    }
    close(ends[0]);
    if (*process > 0) reprofs_end_reader(*process);
    errno = problem;
    return -1;
}

int reprofs_ask_reader(
    int socket, int directory, const char *path, int how, int milliseconds, struct reprofs_found *found, int *problem) {
    struct answer answer;
    int descriptor;
    size_t length = strlen(path) + 1;
    *problem = ENAMETOOLONG;
    if (length > PATH_MAX) return -1;
    struct iovec parts[2] = {{&how, sizeof how}, {(char *)path, length}};
    if (send_message(socket, parts, 2, directory) < 0
        || receive_answer(socket, milliseconds, &answer, &descriptor) != 0) {
        *problem = errno == EPIPE || errno == ECONNRESET ? ESRCH : errno;
        return -1;
    }
    *found = answer.found;
    *problem = answer.problem;
    return descriptor;
}

int reprofs_end_reader(int process) {
    kill(process, SIGKILL);
    for (int i = 0; i < 100; i++) {
        int status;
        int ended = waitpid(process, &status, WNOHANG);
        if (ended == process || (ended < 0 && errno != EINTR)) return 1;
        struct timespec moment = {0, i < 10 ? 100000 : 2000000};
        nanosleep(&moment, NULL);
    }
    return 0;
}
