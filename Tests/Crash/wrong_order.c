// Preloaded, it makes the mistake that the harness is there to find: rows are committed durably, and the bytes that they
// name were never synced.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int is_catalogue(int descriptor) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 1;
    path[length] = 0;
    return strstr(path, "catalogue.sqlite") != NULL;
}

int fsync(int descriptor) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    return is_catalogue(descriptor) ? real(descriptor) : 0;
}

int fdatasync(int descriptor) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    return is_catalogue(descriptor) ? real(descriptor) : 0;
}

int syncfs(int descriptor) {
    (void)descriptor;
    return 0;
}
