#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/stat.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

// <linux/fuse.h>, protocol 7.40.
struct backing_map {
    int32_t file;
    uint32_t flags;
    uint64_t padding;
};
#define BACKING_OPEN _IOW(229, 1, struct backing_map)
#define BACKING_CLOSE _IOW(229, 2, uint32_t)

short ready(int file, short events, int milliseconds) {
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    struct pollfd wanted = {.fd = file, .events = events};
    return syscall(SYS_ppoll, &wanted, 1, &time, NULL, 0) == 1 ? wanted.revents : 0;
}

// What stat says without asking whoever serves the file.
static int facts_of(int file, struct statx *facts) {
    return syscall(SYS_statx, file, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, facts) == 0 ? 0 : -errno;
}

// A line of what the kernel says of a descriptor, which asks no file system: `key` begins it. A negative errno: there is none.
static long long number_of(int file, const char *key) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", file);
    int facts = open(path, O_RDONLY | O_CLOEXEC);
    if (facts < 0) return -errno;
    ssize_t count = read(facts, text, sizeof text - 1);
    close(facts);
    if (count <= 0) return -EIO;
    text[count] = 0;
    const char *line = strstr(text, key);
    // Whole lines only.
    if (!line || (line > text && line[-1] != '\n') || !strchr(line, '\n')) return -ENOTCONN;
    return strtoll(line + strlen(key), NULL, 10);
}

// MARK: The mount

// It is alive: its number is its own, and what it was given will go with it.
static int is_connected(int device) { return !(ready(device, 0, 0) & (POLLERR | POLLNVAL)); }

// No call to the device but poll is made before it is known to be /dev/fuse: others take these numbers for something else.
static int check_device(int device, uid_t user, struct connection *connection) {
    struct statx facts;
    uid_t owner;
    int problem = facts_of(device, &facts);
    if (problem) return problem;
    if (!S_ISCHR(facts.stx_mode) || facts.stx_rdev_major != 10 || facts.stx_rdev_minor != 229) return -ENODEV;
    if (!is_connected(device)) return -ENOTCONN;
    long long number = number_of(device, "fuse_connection:");
    if (number < 0 || number > UINT32_MAX) return -ENOTCONN;
    problem = connection_facts((uint32_t)number, connection, &owner);
    return problem ? problem : owner == user ? 0 : -EACCES;
}

// MARK: The file

// File systems whose files are bytes on a disk or in memory, the same for whoever reads. Nothing that the kernel makes up as it is
// read, which depends on the rights of the reader, and nothing that another process serves.
static const char *const allowed[] = {"ext4", "xfs", "btrfs", "tmpfs", "overlay", "f2fs", "zfs"};

static int is_allowed(const char *type, size_t length) {
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
        if (strlen(allowed[i]) == length && memcmp(allowed[i], type, length) == 0) return 1;
    return 0;
}

// Looks for one mount's line in the list of mounts, byte by byte, for a line is as long as whoever mounts makes it:
// `ID PARENT MAJOR:MINOR ROOT POINT OPTIONS TAGS… - TYPE SOURCE OPTIONS`. Spaces and line feeds within names are escaped.
struct search {
    // The line's beginning, `ID `.
    char number[24];
    enum { in_number, in_other_line, in_facts, in_type } place;
    // Bytes of the number that are right, then of the type.
    size_t count;
    char type[16];
    // The last three bytes.
    unsigned last;
};

// -ENOENT until the line's type is known; then 0 or -EXDEV.
static int step(struct search *search, char byte) {
    switch (search->place) {
    case in_number:
        if (byte != search->number[search->count++]) search->place = in_other_line;
        else if (!search->number[search->count]) search->place = in_facts;
        break;
    case in_other_line: break;
    case in_facts:
        search->last = (search->last << 8 | (unsigned char)byte) & 0xffffff;
        if (search->last != (' ' << 16 | '-' << 8 | ' ')) break;
        search->place = in_type;
        search->count = 0;
        break;
    case in_type:
        if (byte == ' ' || byte == '\n') return is_allowed(search->type, search->count) ? 0 : -EXDEV;
        // No allowed name is as long as the room for it.
        if (search->count < sizeof search->type) search->type[search->count++] = byte;
    }
    if (byte == '\n') {
        search->place = in_number;
        search->count = 0;
    }
    return -ENOENT;
}

// By the list of mounts, which asks no file system. -ENOENT: the mount is another namespace's, or none of a path.
static int check_file_system(int file) {
    long long mount = number_of(file, "mnt_id:");
    if (mount < 0) return -ENOENT;
    int list = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    if (list < 0) return -errno;
    struct search search = {0};
    snprintf(search.number, sizeof search.number, "%lld ", mount);
    static char text[16384];
    int verdict = -ENOENT;
    while (verdict == -ENOENT) {
        ssize_t count = read(list, text, sizeof text);
        if (count < 0) verdict = -errno;
        if (count <= 0) break;
        for (ssize_t i = 0; i < count && verdict == -ENOENT; i++) verdict = step(&search, text[i]);
    }
    close(list);
    return verdict;
}

// The client may read it: nobody asks again, for the kernel opens it by its path with the rights of this process.
static int check_file(int file) {
    int flags = fcntl(file, F_GETFL);
    if (flags < 0) return -errno;
    if (flags & O_PATH || ((flags & O_ACCMODE) != O_RDONLY && (flags & O_ACCMODE) != O_RDWR)) return -EBADF;
    int problem = check_file_system(file);
    if (problem) return problem;
    struct statx facts;
    problem = facts_of(file, &facts);
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
        if (id > 0) ledger_note(row, (uint32_t)id);
        else ledger_free(row);
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
    ledger_free(row);
    return 0;
}

void serve(int client, uid_t user) {
    if (!(ready(client, POLLIN, patience) & POLLIN)) return;
    struct reprofs_backing_request request = {0};
    // Room for two: the kernel closes the others, and says so.
    union {
        char bytes[CMSG_SPACE(2 * sizeof(int))];
        struct cmsghdr first;
    } control;
    struct iovec part = {.iov_base = &request, .iov_len = sizeof request};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t count = recvmsg(client, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (count < 0) return;
    int files[2] = {-1, -1}, received = 0, is_whole = count == sizeof request;
    for (struct cmsghdr *head = CMSG_FIRSTHDR(&message); head; head = CMSG_NXTHDR(&message, head)) {
        if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) {
            is_whole = 0;
            continue;
        }
        size_t size = head->cmsg_len - CMSG_LEN(0);
        for (size_t at = 0; at + sizeof(int) <= size && received < 2; at += sizeof(int))
            memcpy(&files[received++], CMSG_DATA(head) + at, sizeof(int));
    }
    if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) is_whole = 0;
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
