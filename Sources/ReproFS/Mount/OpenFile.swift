import CFuse
import Glibc
import Store
import SystemPackage

/// An open file: the descriptor or the text that is read, whatever happens to the name, or the message that is written into an
/// inbox.
final class OpenFile: Sendable {
    enum Content: Sendable {
        case blob(BlobContents)
        /// A blob whose bytes come from elsewhere.
        case coming(LazyFile)
        /// A file that somebody may be writing.
        case following(any Following)
        case message(Message)
        case writing(any Writing, by: WritingProcesses)
        /// The kernel reads the file directly.
        case passing
    }

    let content: Content
    /// Kept as long as the file is open.
    private let use: Backings.Use?
    /// The backing id, if the kernel reads the file directly.
    var backing: CInt? { use?.backing }

    /// What the file's node has to keep as long as the file is open.
    private let held: (any Sendable)?

    init(_ contents: BlobContents, _ use: Backings.Use, _ held: (any Sendable)?) {
        self.use = use
        self.held = held
        content = use.backing == nil ? .blob(contents) : .passing
    }
    init(coming file: LazyFile, _ use: Backings.Use, _ held: (any Sendable)?) {
        self.use = use
        self.held = held
        content = use.backing == nil ? .coming(file) : .passing
    }
    init(following: any Following, _ use: Backings.Use, _ held: (any Sendable)?) {
        self.use = use
        self.held = held
        content = use.backing == nil ? .following(following) : .passing
    }
    init(
        _ writing: any Writing, by processes: WritingProcesses, _ use: Backings.Use, _ held: (any Sendable)?
    ) {
        self.use = use
        self.held = held
        content = .writing(writing, by: processes)
    }
    init(writingTo inbox: any Inbox, from opener: Opener?, by writer: ReportWriter) {
        use = nil
        held = nil
        content = .message(Message(inbox, opener, writer))
    }

    /// The corresponding operation is `release`.
    func close() throws(StoreError) { if case .writing(let writing, _) = content { try writing.close() } }

    /// The file in the handle, where `open` put it.
    static func of(_ info: UnsafeMutablePointer<fuse_file_info>) -> Unmanaged<OpenFile>? {
        UnsafeRawPointer(bitPattern: UInt(info.pointee.fh)).map { Unmanaged.fromOpaque($0) }
    }
}

/// A message that is written into an inbox. It is delivered when its writer closes the file, so that `close` returns the result.
final class Message: Sendable {
    private let inbox: any Inbox
    private let opener: Opener?
    private let writer: ReportWriter
    private let bytes = Lock(.message, [UInt8]())

    fileprivate init(_ inbox: any Inbox, _ opener: Opener?, _ writer: ReportWriter) {
        self.writer = writer
        self.inbox = inbox
        self.opener = opener
    }

    /// The corresponding operation is `write`. A message can only be written in order.
    func write(_ part: UnsafeRawBufferPointer, at offset: Int) throws(Failure) {
        let (isNext, fits) = bytes.withLock { bytes in
            guard bytes.count == offset else { return (false, true) }
            guard bytes.count + part.count <= inbox.limit else { return (true, false) }
            bytes += part
            return (true, true)
        }
        guard isNext else {
            throw Failure(.invalidArgument, "a message can only be written in order, from its beginning")
        }
        guard fits else { throw Failure(.fileTooLarge, "a message has at most \(inbox.limit) bytes") }
    }

    /// The corresponding operation is `flush`.
    func deliver() throws {
        let message = bytes.withLock { bytes in
            defer { bytes = [] }
            return bytes
        }
        // A duplicated descriptor is closed more than once.
        guard !message.isEmpty else { return }
        if let why = writer.refusal { throw Failure(.permissionDenied, why, isNoteworthy: true) }
        try inbox.accept(message, from: opener, by: writer)
    }
}
