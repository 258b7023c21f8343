// A file system with one file, `disk`, that logs every write and every flush in their order.
//   plog IMAGE LOG MOUNTPOINT
// A record of LOG is three 64-bit numbers (1 a write, 2 a flush; offset; length) and, for a write, its bytes.
#define _GNU_SOURCE
#define FUSE_USE_VERSION 314
#include <errno.h>
#include <fcntl.h>
#include <fuse3/fuse_lowlevel.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { root_inode = 1, disk_inode = 2 };
static const double for_ever = 1e9;
static int image, record;
// The log's order is the disk's order.
static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;

static struct stat facts(fuse_ino_t inode) {
    struct stat of_image, result = {.st_ino = inode};
    if (inode == root_inode) {
        result.st_mode = S_IFDIR | 0755;
        result.st_nlink = 2;
    } else {
        fstat(image, &of_image);
        result.st_mode = S_IFREG | 0600;
        result.st_nlink = 1;
        result.st_size = of_image.st_size;
    }
    return result;
}

static void must(int succeeded, const char *what) {
    if (!succeeded) { perror(what); abort(); }
}

static void append(uint64_t kind, uint64_t offset, uint64_t length, const char *bytes) {
    uint64_t head[3] = {kind, offset, length};
    must(write(record, head, sizeof head) == sizeof head, "log");
    if (bytes) must(write(record, bytes, length) == (ssize_t)length, "log");
}

static void do_lookup(fuse_req_t request, fuse_ino_t parent, const char *name) {
    if (parent != root_inode || strcmp(name, "disk")) { fuse_reply_err(request, ENOENT); return; }
    struct fuse_entry_param entry = {
        .ino = disk_inode, .attr = facts(disk_inode), .attr_timeout = for_ever, .entry_timeout = for_ever};
    fuse_reply_entry(request, &entry);
}

static void do_getattr(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *info) {
    (void)info;
    struct stat found = facts(inode);
    fuse_reply_attr(request, &found, for_ever);
}

static void do_setattr(fuse_req_t request, fuse_ino_t inode, struct stat *wanted, int mask, struct fuse_file_info *info) {
    (void)wanted, (void)mask;
    do_getattr(request, inode, info);
}

static void do_open(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *info) {
    (void)inode;
    info->keep_cache = 1;
    fuse_reply_open(request, info);
}

static void do_read(fuse_req_t request, fuse_ino_t inode, size_t length, off_t offset, struct fuse_file_info *info) {
    (void)inode, (void)info;
    char *buffer = malloc(length);
    ssize_t count = pread(image, buffer, length, offset);
    if (count < 0) fuse_reply_err(request, errno); else fuse_reply_buf(request, buffer, count);
    free(buffer);
}

static void do_write(fuse_req_t request, fuse_ino_t inode, const char *bytes, size_t length, off_t offset,
                     struct fuse_file_info *info) {
    (void)inode, (void)info;
    pthread_mutex_lock(&order);
    ssize_t count = pwrite(image, bytes, length, offset);
    if (count == (ssize_t)length) append(1, offset, length, bytes);
    pthread_mutex_unlock(&order);
    if (count < 0) fuse_reply_err(request, errno); else fuse_reply_write(request, count);
}

static void do_fsync(fuse_req_t request, fuse_ino_t inode, int data_only, struct fuse_file_info *info) {
    (void)inode, (void)data_only, (void)info;
    pthread_mutex_lock(&order);
    append(2, 0, 0, NULL);
    pthread_mutex_unlock(&order);
    fuse_reply_err(request, 0);
}

static const struct fuse_lowlevel_ops operations = {
    .lookup = do_lookup, .getattr = do_getattr, .setattr = do_setattr, .open = do_open,
    .read = do_read, .write = do_write, .fsync = do_fsync,
};

int main(int count, char **arguments) {
    if (count != 4) { fprintf(stderr, "usage: plog IMAGE LOG MOUNTPOINT\n"); return 2; }
    must((image = open(arguments[1], O_RDWR | O_CLOEXEC)) >= 0, arguments[1]);
    must((record = open(arguments[2], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600)) >= 0, arguments[2]);
    char *options[] = {arguments[0], "-ofsname=plog"};
    struct fuse_args all = FUSE_ARGS_INIT(2, options);
    struct fuse_session *session = fuse_session_new(&all, &operations, sizeof operations, NULL);
    if (!session || fuse_set_signal_handlers(session) || fuse_session_mount(session, arguments[3])) return 1;
    int result = fuse_session_loop(session);
    fuse_session_unmount(session);
    fuse_session_destroy(session);
    fuse_opt_free_args(&all);
    return result;
}
