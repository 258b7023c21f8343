#include "helper.h"

#include <linux/mount.h>

short ready(int file, short events, int milliseconds) {
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    struct pollfd wanted = {.fd = file, .events = events};
    return syscall(SYS_ppoll, &wanted, 1, &time, NULL, 0) == 1 ? wanted.revents : 0;
}

// What stat says without asking whoever serves the file, and which mount it is on.
static int facts_of(int file, struct statx *facts) {
    const unsigned wanted = STATX_TYPE | 0x4000 /* STATX_MNT_ID_UNIQUE */;
    return syscall(SYS_statx, file, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, wanted, facts) == 0 ? 0 : -errno;
}

// MARK: The mount

// It is alive: its number is its own, and what it was given will go with it.
static int is_connected(int device) { return !(ready(device, 0, 0) & (POLLERR | POLLNVAL)); }

// Its number, by what the kernel says of a descriptor without asking anybody; -1: it is none of a mount.
static long long connection_of(int device) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", device);
    int facts = open(path, O_RDONLY | O_CLOEXEC);
    if (facts < 0) return -1;
    ssize_t count = read(facts, text, sizeof text - 1);
    close(facts);
    text[count > 0 ? count : 0] = 0;
    const char *line = strstr(text, "\nfuse_connection:");
    return line ? strtoll(strchr(line, ':') + 1, NULL, 10) : -1;
}

// No call to the device but poll is made before it is known to be /dev/fuse: others take these numbers for something else.
static int check_device(int device, uid_t user, struct connection *connection) {
    struct statx facts;
    uid_t owner;
    int problem = facts_of(device, &facts);
    if (problem) return problem;
    if (!S_ISCHR(facts.stx_mode) || facts.stx_rdev_major != 10 || facts.stx_rdev_minor != 229) return -ENODEV;
    if (!is_connected(device)) return -ENOTCONN;
    long long number = connection_of(device);
    if (number < 0 || number > UINT32_MAX) return -ENOTCONN;
    problem = connection_facts((uint32_t)number, connection, &owner);
    return problem ? problem : owner == user ? 0 : -EACCES;
}

// MARK: The file

// <linux/mount.h>, Linux 6.8.
struct mount_request {
    uint32_t size, spare;
    uint64_t mount, facts, more;
};
struct mount_facts {
    uint32_t before[9], type, after[118];
    char text[64];
};

// File systems whose files are bytes on a disk or in memory, the same for whoever reads. Nothing that the kernel makes up as it is
// read, which depends on the rights of the reader, and nothing that another process serves.
static const char *const allowed[] = {"ext4", "xfs", "btrfs", "tmpfs", "overlay", "f2fs", "zfs"};

// By the kernel's list of mounts, which asks no file system. -ENOENT: the mount is another namespace's, or none of a path.
static int check_file_system(uint64_t mount) {
    struct mount_request request = {.size = sizeof request, .mount = mount, .facts = 0x20 /* STATMOUNT_FS_TYPE */};
    struct mount_facts facts = {0};
    if (syscall(457 /* statmount */, &request, &facts, sizeof facts, 0) != 0) return -errno;
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
        if (strcmp(facts.text + facts.type, allowed[i]) == 0) return 0;
    return -EXDEV;
}

// The client may read it: nobody asks again, for the kernel opens it by its path with the rights of this process.
static int check_file(int file) {
    int flags = fcntl(file, F_GETFL);
    if (flags < 0 || flags & O_PATH || ((flags & O_ACCMODE) != O_RDONLY && (flags & O_ACCMODE) != O_RDWR)) return -EBADF;
    struct statx facts;
    int problem = facts_of(file, &facts);
    // Mounts of FUSE do not tell everybody.
    if (problem == -EACCES) return -EXDEV;
    if (!problem) problem = check_file_system(facts.stx_mnt_id);
    return problem ? problem : S_ISREG(facts.stx_mode) ? 0 : -EINVAL;
}

// The file through a mount of its own that nobody can write through: whoever opens it in the client's mount does so with flags of
// his own, and the kernel asks no further.
static int read_only(int file) {
    int clone = (int)syscall(428 /* open_tree */, file, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (clone < 0) return -errno;
    struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
    if (syscall(442 /* mount_setattr */, clone, "", AT_EMPTY_PATH, &attributes, sizeof attributes) == 0) return clone;
    int problem = -errno;
    close(clone);
    return problem;
}

// MARK: The request

static int32_t open_backing(int device, int file, uid_t user) {
    struct connection connection;
    int problem = check_device(device, user, &connection);
    if (!problem) problem = check_file(file);
    if (problem) return problem;
    int clone = read_only(file);
    if (clone < 0) return clone;
    int row = ledger_take(user, connection);
    int32_t id = row;
    if (row >= 0) {
        struct backing_map map = {.file = clone};
        id = ioctl(device, BACKING_OPEN, &map);
        if (id < 0) id = -errno;
        // Where the mount ended meanwhile, its number may have been another's when it was looked up.
        if (id > 0 && !is_connected(device)) {
            uint32_t given = (uint32_t)id;
            ioctl(device, BACKING_CLOSE, &given);
            id = -ENOTCONN;
        }
        ledger_note(row, id > 0 ? (uint32_t)id : 0);
    }
    close(clone);
    return id;
}

static int32_t close_backing(int device, uint32_t id, uid_t user) {
    struct connection connection;
    int problem = check_device(device, user, &connection);
    if (problem) return problem;
    int row = id > 0 ? ledger_find(user, connection, id) : -ENOENT;
    if (row < 0) return row;
    if (ioctl(device, BACKING_CLOSE, &id) != 0 && errno != ENOENT) return -errno;
    ledger_note(row, 0);
    return 0;
}

void serve(int client, uid_t user) {
    if (!(ready(client, POLLIN, patience) & POLLIN)) return;
    struct reprofs_backing_request request = {0};
    // Room for two: the kernel closes the others, and says so.
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))];
    struct iovec part = {.iov_base = &request, .iov_len = sizeof request};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    ssize_t count = recvmsg(client, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (count < 0) return;
    int files[2] = {-1, -1}, received = 0;
    const int is_whole = count == sizeof request && !(message.msg_flags & (MSG_TRUNC | MSG_CTRUNC));
    // Nothing else was asked for, and there is one of these at most.
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    if (head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS) {
        received = (int)((head->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        memcpy(files, CMSG_DATA(head), received * sizeof(int));
    }
    int32_t answer = -EINVAL;
    if (is_whole && request.operation == reprofs_backing_ask_open && received == 2 && request.id == 0)
        answer = open_backing(files[0], files[1], user);
    else if (is_whole && request.operation == reprofs_backing_ask_close && received == 1)
        answer = close_backing(files[0], request.id, user);
    // Who gave up does not know the number, and nobody would close it.
    if (send(client, &answer, sizeof answer, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && answer > 0)
        close_backing(files[0], (uint32_t)answer, user);
    for (int i = 0; i < received; i++) close(files[i]);
}
