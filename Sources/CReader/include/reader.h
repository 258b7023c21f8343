// A child process that opens files with the rights of somebody else. See Store/System/Reader.swift.
#pragma once

struct reprofs_rights {
    unsigned user, group;
    const unsigned *groups;
    unsigned long count;
    // Capabilities that it keeps, as bits.
    unsigned long long kept;
    // Whether user, group and groups are taken at all: they need no privilege where they are this process's.
    int is_other;
};

// What a name stands for.
struct reprofs_found {
    unsigned long long device, inode;
    // The device, as /proc/self/mountinfo has it.
    unsigned major, minor;
    // The f_type of its file system.
    unsigned long long file_system;
    // S_IFMT's bits.
    unsigned kind;
    // Whether the kernel makes up the files there.
    int is_kernels;
};

enum { reprofs_beneath = 0, reprofs_following_links = 1 };

// Starts it. Its socket, which ends it when closed, and its number; or -1 and errno.
int reprofs_start_reader(const struct reprofs_rights *rights, int *process);

// Has it open a regular file or directory for reading: `path` from the root, with links followed, or beneath the open directory,
// without. The descriptor; -1 and 0 in `problem` for anything else that is there, which is not opened; or -1 and an errno.
// ETIMEDOUT where there is no answer within `milliseconds`; then nothing more can be asked.
int reprofs_ask_reader(
    int socket, int directory, const char *path, int how, int milliseconds, struct reprofs_found *found, int *problem);

// Ends it; whether it is gone. A process that waits for a file system which does not answer goes when that does.
int reprofs_end_reader(int process);
