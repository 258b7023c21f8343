// Messages to reprofs-backing, built by scripts/fuzz alone: the first byte says how many descriptors come with a message, as many bytes
// after it which, and the rest is the message. No mount is among them, so whatever is asked is refused, and nothing stays open.
#include "../../Sources/BackingHelper/helper.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { kinds = 8, most = 16 };
static int files[kinds], is_prepared;

static void prepare(void) {
    int ends[2];
    if (pipe(ends) != 0) abort();
    files[0] = open("/dev/fuse", O_RDWR);
    files[1] = open("/proc/self/exe", O_RDONLY);
    files[2] = open("/dev/null", O_RDWR);
    files[3] = open("/etc/passwd", O_PATH);
    files[4] = memfd_create("m", 0);
    files[5] = ends[1];
    files[6] = open("/", O_RDONLY | O_DIRECTORY);
    files[7] = open("/proc/self/status", O_RDONLY);
    // Where there is no such device, another one takes its place.
    for (int i = 0; i < kinds; i++)
        if (files[i] < 0) files[i] = files[5];
    is_prepared = 1;
    if (ledger_open(open("/sys/fs/fuse/connections", O_PATH | O_DIRECTORY)) != 0) abort();
}

// Which number the next descriptor would have. It is not always the same one: libFuzzer has some, too.
static int next(void) {
    int number = dup(files[2]);
    close(number);
    return number;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (!is_prepared) prepare();
    size_t count = size > 0 ? data[0] % (most + 1) : 0;
    if (size < 1 + count) return 0;
    int ends[2], sent[most], before = next();
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) abort();
    for (size_t i = 0; i < count; i++) sent[i] = files[data[1 + i] % kinds];
    union {
        char bytes[CMSG_SPACE(sizeof sent)];
        struct cmsghdr head;
    } control = {{0}};
    struct iovec part = {.iov_base = (void *)(data + 1 + count), .iov_len = size - 1 - count};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (count > 0) {
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(count * sizeof *sent);
        control.head = (struct cmsghdr){
            .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(count * sizeof *sent)};
        memcpy(CMSG_DATA(&control.head), sent, count * sizeof *sent);
    }
    if (sendmsg(ends[0], &message, 0) >= 0) {
        serve(ends[1], getuid());
        int32_t answer = 0;
        if (recv(ends[0], &answer, sizeof answer, MSG_DONTWAIT) != sizeof answer || answer >= 0) abort();
    }
    close(ends[0]);
    close(ends[1]);
    if (next() != before) abort();
    return 0;
}
