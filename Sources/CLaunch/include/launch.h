// Starts a program that ends with this process. See Comfy/ChildProcess.swift.
#pragma once

struct reprofs_program {
    // Absolute.
    const char *path, *directory;
    // Both end with NULL.
    char *const *arguments, *const *environment;
    // Becomes its standard output and error; its standard input is empty.
    int output;
    // What the kernel sends it when the thread that started it ends, and so at the latest when this process does.
    int last_signal;
};

// Its number, which is its process group's too; -1 and errno, also where the program cannot be run.
int reprofs_launch(const struct reprofs_program *program);
