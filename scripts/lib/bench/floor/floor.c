// The floor to compare with: a file system over libfuse that does nothing but show the files of one directory.
//
//   cc -DPASSTHROUGH floor.c -o passthrough $(pkg-config --cflags --libs fuse3)    the kernel reads by itself
//   cc floor.c -o pread $(pkg-config --cflags --libs fuse3)                        pread into a buffer, pages are kept
//   ./passthrough DIRECTORY MOUNTPOINT [OPTION]                                    serves in the foreground
#define _GNU_SOURCE
#define FUSE_USE_VERSION FUSE_MAKE_VERSION(3, 12)
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { limit = 4096, init = 26 };
static const double for_ever = 86400;
static int directory;
static int device;
static uint64_t init_request;
// One entry a file: its inode is the index.
static struct node {
    char *name;
    int file, backing, uses;
} nodes[limit];
static int count = FUSE_ROOT_ID;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct stat facts(fuse_ino_t ino) {
    struct stat found;
    if (ino == FUSE_ROOT_ID) fstat(directory, &found);
    else fstatat(directory, nodes[ino].name, &found, 0);
    found.st_ino = ino;
    return found;
}

static void lookup(fuse_req_t req, fuse_ino_t parent, const char *name) {
    struct stat found;
    if (fstatat(directory, name, &found, 0) != 0) return (void)fuse_reply_err(req, ENOENT);
    pthread_mutex_lock(&lock);
    int ino = FUSE_ROOT_ID + 1;
    while (ino <= count && strcmp(nodes[ino].name, name) != 0) ino++;
    if (ino > count) nodes[count = ino].name = strdup(name);
    pthread_mutex_unlock(&lock);
    struct fuse_entry_param entry = {.ino = ino, .attr = found, .attr_timeout = for_ever, .entry_timeout = for_ever};
    entry.attr.st_ino = ino;
    fuse_reply_entry(req, &entry);
}

static void get_attributes(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *info) {
    struct stat found = facts(ino);
    fuse_reply_attr(req, &found, for_ever);
}

static void open_file(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *info) {
    int file = openat(directory, nodes[ino].name, O_RDONLY | O_CLOEXEC);
    if (file < 0) return (void)fuse_reply_err(req, errno);
    info->fh = file;
#ifdef PASSTHROUGH
    pthread_mutex_lock(&lock);
    if (nodes[ino].uses++ == 0) {
        struct { int32_t file; uint32_t flags; uint64_t padding; } map = {file, 0, 0};
        nodes[ino].backing = ioctl(device, _IOC(_IOC_WRITE, 229, 1, sizeof map), &map);
    }
    struct { uint64_t handle; uint32_t flags; int32_t backing; } reply = {file, 1 << 7, nodes[ino].backing};
    pthread_mutex_unlock(&lock);
    fuse_reply_buf(req, (char *)&reply, sizeof reply);
#else
    info->keep_cache = 1;
    fuse_reply_open(req, info);
#endif
}

static void release_file(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *info) {
#ifdef PASSTHROUGH
    pthread_mutex_lock(&lock);
    if (--nodes[ino].uses == 0) {
        uint32_t backing = nodes[ino].backing;
        ioctl(device, _IOC(_IOC_WRITE, 229, 2, sizeof backing), &backing);
    }
    pthread_mutex_unlock(&lock);
#endif
    close(info->fh);
    fuse_reply_err(req, 0);
}

static void read_file(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *info) {
    char *buffer = malloc(size);
    ssize_t got = pread(info->fh, buffer, size, offset);
    if (got < 0) fuse_reply_err(req, errno);
    else fuse_reply_buf(req, buffer, got);
    free(buffer);
}

static const struct fuse_lowlevel_ops operations = {
    .lookup = lookup, .getattr = get_attributes, .open = open_file, .release = release_file, .read = read_file,
};

#ifdef PASSTHROUGH
// libfuse 3.14 knows nothing of passthrough: the answer to INIT is completed on its way.
static ssize_t receive(int fd, void *buffer, size_t size, void *data) {
    ssize_t got = read(fd, buffer, size);
    if (got > 40 && ((uint32_t *)buffer)[1] == init) init_request = ((uint64_t *)buffer)[1];
    return got;
}

static ssize_t send_reply(int fd, struct iovec *parts, int n, void *data) {
    if (init_request && n == 2 && ((uint64_t *)parts[0].iov_base)[1] == init_request) {
        uint32_t *reply = parts[1].iov_base;
        reply[3] |= 1 << 30;
        reply[8] |= 1 << 5;
        reply[9] = 1;
        init_request = 0;
    }
    return writev(fd, parts, n);
}
#endif

int main(int argc, char **argv) {
    if (argc != 3 && argc != 4) return fprintf(stderr, "usage: %s DIRECTORY MOUNTPOINT [OPTION]\n", argv[0]), 2;
    directory = open(argv[1], O_RDONLY | O_DIRECTORY);
    struct fuse_args args = FUSE_ARGS_INIT(0, NULL);
    fuse_opt_add_arg(&args, argv[0]);
    if (argc == 4) fuse_opt_add_arg(&args, argv[3]);
    struct fuse_session *session = fuse_session_new(&args, &operations, sizeof operations, NULL);
    if (!session || fuse_set_signal_handlers(session) || fuse_session_mount(session, argv[2])) return 1;
    device = fuse_session_fd(session);
#ifdef PASSTHROUGH
    struct fuse_custom_io io = {.writev = send_reply, .read = receive};
    if (fuse_session_custom_io(session, &io, device)) return 1;
#endif
    struct fuse_loop_config *config = fuse_loop_cfg_create();
    int result = fuse_session_loop_mt(session, config);
    fuse_session_unmount(session);
    return result < 0;
}
