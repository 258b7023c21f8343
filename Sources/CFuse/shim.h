// libfuse3's low-level API for Swift: only what Swift cannot call as it stands.
#pragma once

#define FUSE_USE_VERSION FUSE_MAKE_VERSION(3, 12)
#include <stddef.h>  // FUSE_BUFVEC_INIT needs NULL
#include <fuse_lowlevel.h>
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

// fuse_bufvec ends in an array whose length Swift cannot vary, and FUSE_BUFVEC_INIT is a macro.
static inline int reprofs_reply_file(fuse_req_t req, int fd, off_t offset, size_t size) {
    struct fuse_bufvec vector = FUSE_BUFVEC_INIT(size);
    vector.buf[0].flags = (enum fuse_buf_flags)(FUSE_BUF_IS_FD | FUSE_BUF_FD_SEEK);
    vector.buf[0].fd = fd;
    vector.buf[0].pos = offset;
    return fuse_reply_data(req, &vector, FUSE_BUF_SPLICE_MOVE);
}

// Swift marks fork unavailable; `mount` forks before it has any thread.
static inline pid_t reprofs_fork(void) { return fork(); }
