// libfuse3's low-level API for Swift: only what Swift cannot call as it stands.
#pragma once

#define FUSE_USE_VERSION FUSE_MAKE_VERSION(3, 12)
#include <stddef.h>  // FUSE_BUFVEC_INIT needs NULL
#include <fuse_lowlevel.h>
#include <errno.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>
#include <unistd.h>

// A plain function up to libfuse 3.16, a macro over a versioned one later.
static inline struct fuse_session *reprofs_session_new(
    struct fuse_args *args, const struct fuse_lowlevel_ops *ops, void *userdata) {
    return fuse_session_new(args, ops, sizeof *ops, userdata);
}

// A macro that picks the symbol by FUSE_USE_VERSION.
static inline int reprofs_session_loop(struct fuse_session *session, struct fuse_loop_config *config) {
    return fuse_session_loop_mt(session, config);
}

// fuse_bufvec ends in an array whose length Swift cannot vary, and FUSE_BUFVEC_INIT is a macro. The kernel copies from page to
// page: moving the pages themselves gained nothing, copying through a buffer here took twice as long.
static inline int reprofs_reply_file(fuse_req_t req, int fd, off_t offset, size_t size) {
    struct fuse_bufvec vector = FUSE_BUFVEC_INIT(size);
    vector.buf[0].flags = (enum fuse_buf_flags)(FUSE_BUF_IS_FD | FUSE_BUF_FD_SEEK);
    vector.buf[0].fd = fd;
    vector.buf[0].pos = offset;
    return fuse_reply_data(req, &vector, (enum fuse_buf_copy_flags)0);
}

// What is wanted of the kernel, where it has it. From 3.17 on the library refuses a mount that says so in both ways.
static inline void reprofs_want(struct fuse_conn_info *connection, unsigned feature) {
#if FUSE_VERSION >= FUSE_MAKE_VERSION(3, 17)
    fuse_set_feature_flag(connection, feature);
#else
    connection->want |= connection->capable & feature;
#endif
}
static inline void reprofs_want_not(struct fuse_conn_info *connection, unsigned feature) {
#if FUSE_VERSION >= FUSE_MAKE_VERSION(3, 17)
    fuse_unset_feature_flag(connection, feature);
#else
    connection->want &= ~feature;
#endif
}

// Reads of a file that the kernel makes by itself ("passthrough"): the library has calls for it from 3.17 on. Before, its
// negotiation is completed on the way to the kernel, and the kernel's own structures are used.
#if FUSE_VERSION >= FUSE_MAKE_VERSION(3, 17)
static inline int reprofs_library_passes_through(void) { return 1; }
static inline void reprofs_want_passthrough(struct fuse_conn_info *connection, unsigned stack_depth) {
    fuse_set_feature_flag(connection, FUSE_CAP_PASSTHROUGH);
    // The kernel counts the mount itself, the library what is behind it.
    connection->max_backing_stack_depth = stack_depth - 1;
}
static inline int reprofs_offers_passthrough(const struct fuse_conn_info *connection) {
    return (connection->capable_ext & FUSE_CAP_PASSTHROUGH) != 0;
}
static inline int reprofs_reply_passthrough(fuse_req_t req, struct fuse_file_info *info, int backing) {
    info->backing_id = backing;
    // The kernel refuses every flag but noflush: the pages are those of the file behind.
    info->keep_cache = 0;
    info->direct_io = 0;
    return fuse_reply_open(req, info);
}
#else
static inline int reprofs_library_passes_through(void) { return 0; }
static inline void reprofs_want_passthrough(struct fuse_conn_info *connection, unsigned stack_depth) {}
static inline int reprofs_offers_passthrough(const struct fuse_conn_info *connection) { return 0; }
static inline int reprofs_reply_passthrough(fuse_req_t req, struct fuse_file_info *info, int backing) {
    // struct fuse_open_out of <linux/fuse.h>, protocol 7.40.
    struct { uint64_t handle; uint32_t flags; int32_t backing; } reply = {
        info->fh, 1 << 7 /* passthrough */ | (info->noflush ? 1 << 5 : 0), backing };
    return fuse_reply_buf(req, (const char *)&reply, sizeof reply);
}
#endif

// Gives the kernel a file to read by itself; its number there, or -1 and errno. fuse_passthrough_open does the same, but hides
// errno, which says why it is refused.
static inline int reprofs_backing_open(int device, int file) {
    struct { int32_t file; uint32_t flags; uint64_t padding; } request = { file, 0, 0 };
    return ioctl(device, _IOC(_IOC_WRITE, 229, 1, sizeof request), &request);
}
static inline int reprofs_backing_close(int device, uint32_t backing) {
    return ioctl(device, _IOC(_IOC_WRITE, 229, 2, sizeof backing), &backing);
}

// glibc hides it behind _GNU_SOURCE.
ssize_t splice(int from, off_t *from_offset, int to, off_t *to_offset, size_t size, unsigned flags);

// Whether a directory lies on a file system that stands on others.
static inline int reprofs_is_on_overlay(const char *path) {
    struct statfs facts;
    return statfs(path, &facts) == 0 && facts.f_type == 0x794c7630;
}
