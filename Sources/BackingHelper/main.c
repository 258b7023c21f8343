// Listens at the socket that systemd hands over.
#include "helper.h"

#include <linux/capability.h>
#include <linux/magic.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/vfs.h>
#include <sys/wait.h>

static void fail(const char *problem) {
    fprintf(stderr, "reprofs-backing: %s\n", problem);
    exit(1);
}

// MARK: Before anybody can connect

// One right alone, and none to come.
static void keep_one_right(void) {
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct rights[2] = {{0}};
    const unsigned right = 1u << CAP_SYS_ADMIN;
    if (getuid() == 0 || geteuid() == 0) fail("it runs as a user of its own, not as root; systemd starts it so");
    if (syscall(SYS_capget, &head, rights) != 0 || !(rights[0].effective & right))
        fail("it needs CAP_SYS_ADMIN, and nothing else; systemd starts it so");
    const struct __user_cap_data_struct kept[2] = {{.effective = right, .permitted = right}};
    const struct rlimit nothing = {0, 0};
    if (syscall(SYS_capset, &head, kept) != 0 || prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0
        || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || setrlimit(RLIMIT_CORE, &nothing) != 0)
        fail("it cannot give up other rights");
}

static int listener_of_systemd(void) {
    const char *process = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
    int type = 0, listens = 0;
    socklen_t size = sizeof type;
    if (!process || atol(process) != getpid() || !count || strcmp(count, "1") != 0)
        fail("systemd starts it, with a socket");
    if (getsockopt(3, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_SEQPACKET
        || getsockopt(3, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || !listens)
        fail("systemd's socket has to be ListenSequentialPacket");
    return 3;
}

static int connections(void) {
    struct statfs facts;
    int directory = open("/sys/fs/fuse/connections", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0 || fstatfs(directory, &facts) != 0 || facts.f_type != 0x65735543 /* FUSE_CTL_SUPER_MAGIC */)
        fail("fusectl is not mounted at /sys/fs/fuse/connections, which tells whose a mount is");
    return directory;
}

// MARK: A process for each client

static struct {
    pid_t process;
    uid_t user;
} clients[all_clients];

// A free place, where the user may have one more.
static int place_for(uid_t user) {
    int place = -1, count = 0;
    for (int i = 0; i < all_clients; i++) {
        if (clients[i].process == 0) place = i;
        else count += clients[i].user == user;
    }
    return count < user_clients ? place : -1;
}

static void reap(void) {
    for (pid_t ended; (ended = waitpid(-1, NULL, WNOHANG)) > 0;)
        for (int i = 0; i < all_clients; i++)
            if (clients[i].process == ended) clients[i].process = 0;
}

int main(void) {
    keep_one_right();
    int listener = listener_of_systemd();
    if (ledger_open(connections()) != 0) fail("there is no memory");
    // Whatever whoever started it did with them.
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGALRM, SIG_DFL);
    if (confine(1) != 0) fail("the kernel has no seccomp filters, without which it does not listen");
    for (;;) {
        int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        reap();
        if (client < 0) {
            if (errno == EINTR || errno == ECONNABORTED) continue;
            return 1;
        }
        // Who has hung up costs no process: a crowd of those is soon gone.
        if (ready(client, 0, 0) & POLLHUP) {
            close(client);
            continue;
        }
        struct ucred peer;
        socklen_t size = sizeof peer;
        int place = getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 ? place_for(peer.uid) : -1;
        // The system's own call: nothing of the library's that other calls would come with.
        pid_t process = place < 0 ? -1 : (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
        if (process == 0) {
            struct itimerval end = {.it_value.tv_sec = lifetime};
            if (setitimer(ITIMER_REAL, &end, NULL) == 0 && close(listener) == 0 && confine(0) == 0)
                serve(client, peer.uid);
            _exit(0);
        }
        if (process > 0) {
            clients[place].process = process;
            clients[place].user = peer.uid;
        } else {
            int32_t answer = -EAGAIN;
            send(client, &answer, sizeof answer, MSG_DONTWAIT | MSG_NOSIGNAL);
        }
        close(client);
    }
}
