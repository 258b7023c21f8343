#define _GNU_SOURCE
#include "include/backing.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int reprofs_helper_ask(
    uint32_t operation, uint32_t id, int device, int file, int milliseconds, int32_t *answer) {
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = REPROFS_BACKING_SOCKET};
    struct reprofs_backing_request request = {operation, id};
    union {
        char bytes[CMSG_SPACE(2 * sizeof(int))];
        struct cmsghdr head;
    } control = {{0}};
    int files[2] = {device, file};
    size_t size = file < 0 ? sizeof *files : sizeof files;
    struct iovec part = {&request, sizeof request};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_SPACE(size)};
    control.head.cmsg_level = SOL_SOCKET;
    control.head.cmsg_type = SCM_RIGHTS;
    control.head.cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(&control.head), files, size);

    int helper = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (helper < 0) return -1;
    struct pollfd wanted = {helper, POLLIN, 0};
    int problem = 0;
    if (connect(helper, (struct sockaddr *)&address, sizeof address) != 0
        || sendmsg(helper, &message, MSG_NOSIGNAL) != sizeof request)
        problem = errno;
    else if (poll(&wanted, 1, milliseconds) != 1)
        problem = ETIMEDOUT;
    else if (recv(helper, answer, sizeof *answer, MSG_DONTWAIT) != sizeof *answer)
        problem = ECONNRESET;
    close(helper);
    errno = problem;
    return problem == 0 ? 0 : -1;
}
