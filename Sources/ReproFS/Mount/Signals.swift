import Glibc

/// The signals that end a mount. libfuse's loop notices one only on its own thread, so all others must not take it.
package enum Signals {
    /// Holds them back in this thread and in every thread that it starts from now on.
    package static func hold() { change(SIG_BLOCK) }

    /// Lets this thread have them.
    static func take() { change(SIG_UNBLOCK) }

    private static func change(_ how: CInt) {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&set, signal) }
        pthread_sigmask(how, &set, nil)
    }
}
