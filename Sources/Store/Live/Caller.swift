/// Who asks for a change of the live view, as the request says.
package struct Caller: Sendable {
    /// The identity that the kernel gave with the request.
    package let user, group: UInt32
    /// The process that asks; nil if it cannot be seen.
    package let opener: Opener?
    /// The thread, as the kernel numbers it.
    package let thread: Int32
    /// Whether the thread was told just now to look the name up again; it is not told so twice.
    package let isRetrying: Bool
    /// Whether it empties the file that it opens for writing: then the old bytes need not be here.
    package var empties = false

    package init(user: UInt32, group: UInt32, opener: Opener?, thread: Int32 = 0, isRetrying: Bool = false) {
        self.user = user
        self.group = group
        self.opener = opener
        self.thread = thread
        self.isRetrying = isRetrying
    }
}
