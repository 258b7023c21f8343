package import Recipe
package import Store

/// What a name in a view stands for.
package enum Node: Sendable {
    case directory(any Directory)
    case file(any File)
    case link(any Link)

    /// What directories, files and links have in common.
    package var inode: any Inode {
        switch self {
        case .directory(let directory): directory
        case .file(let file): file
        case .link(let link): link
        }
    }
}

/// What every node can be asked.
package protocol Inode: Sendable {
    var id: NodeID { get }
    /// The corresponding operation is `getattr`.
    func attributes() throws(Failure) -> Attributes
    /// The corresponding operations are `getxattr` and `listxattr`.
    func extendedAttributes() throws(Failure) -> [FileAttribute]
    /// The value of one of them, of the `user` namespace; nil where there is none.
    func extendedAttribute(_ key: String) throws(Failure) -> [UInt8]?
    /// The corresponding operations are `setxattr` and, without a value, `removexattr`.
    func setExtendedAttribute(_ key: String, _ value: [UInt8]?, _ mode: LiveView.AttributeMode) throws(Failure)
    /// Modes, owners and times. The corresponding operation is `setattr`.
    func change(_ change: LiveView.Change) throws(Failure)
    /// Returns when it is on disk. The corresponding operations are `fsync` and `fsyncdir`.
    func sync() throws(Failure)
}

extension Inode {
    package func extendedAttributes() throws(Failure) -> [FileAttribute] { [] }
    package func extendedAttribute(_ key: String) throws(Failure) -> [UInt8]? {
        try extendedAttributes().first { $0.isNamed(key) }?.value
    }
    package func setExtendedAttribute(
        _ key: String, _ value: [UInt8]?, _ mode: LiveView.AttributeMode
    ) throws(Failure) { throw .readOnly }
    /// Read-only, unless a tree says otherwise.
    package func change(_ change: LiveView.Change) throws(Failure) { throw .readOnly }
    /// Nothing is to be done, unless a tree says otherwise.
    package func sync() throws(Failure) {}
}

/// A directory. Unless it says otherwise it is read-only, and every mutation fails with EROFS.
package protocol Directory: Inode {
    /// The node of this name; nil where there is none. Aliases resolve here without being listed.
    func child(_ name: EntryName) throws(Failure) -> Node?
    /// The next entries after `cookie`, which is 0 at the start or an earlier entry's; at most about `limit`.
    func entries(after cookie: Cookie, limit: Int) throws(Failure) -> [Entry]

    /// Whether anything can be made in it.
    var isWritable: Bool { get }
    func create(_ name: EntryName, mode: UInt32, by caller: LiveView.Caller) throws(Failure) -> (any File, any Writing)
    func makeDirectory(_ name: EntryName, mode: UInt32, by caller: LiveView.Caller) throws(Failure) -> any Directory
    func makeLink(_ name: EntryName, to target: String, by caller: LiveView.Caller) throws(Failure) -> any Link
    /// The corresponding operation is `unlink`.
    func remove(_ name: EntryName, by caller: LiveView.Caller) throws(Failure)
    /// The corresponding operation is `rmdir`.
    func removeDirectory(_ name: EntryName, by caller: LiveView.Caller) throws(Failure)
    func rename(
        _ name: EntryName, to directory: any Directory, as newName: EntryName, _ mode: LiveView.RenameMode,
        by caller: LiveView.Caller
    ) throws(Failure)
}

extension Directory {
    package var isWritable: Bool { false }
    /// EROFS, unless a tree says otherwise; so do all changes below.
    package func create(
        _ name: EntryName, mode: UInt32, by caller: LiveView.Caller
    ) throws(Failure) -> (any File, any Writing) { throw .readOnly }
    /// EROFS, as all changes of a view that is only read.
    package func makeDirectory(
        _ name: EntryName, mode: UInt32, by caller: LiveView.Caller
    ) throws(Failure) -> any Directory { throw .readOnly }
    /// EROFS, as all changes of a view that is only read.
    package func makeLink(
        _ name: EntryName, to target: String, by caller: LiveView.Caller
    ) throws(Failure) -> any Link { throw .readOnly }
    /// EROFS, as all changes of a view that is only read.
    package func remove(_ name: EntryName, by caller: LiveView.Caller) throws(Failure) { throw .readOnly }
    /// EROFS, as all changes of a view that is only read.
    package func removeDirectory(_ name: EntryName, by caller: LiveView.Caller) throws(Failure) { throw .readOnly }
    /// EROFS, as all changes of a view that is only read.
    package func rename(
        _ name: EntryName, to directory: any Directory, as newName: EntryName, _ mode: LiveView.RenameMode,
        by caller: LiveView.Caller
    ) throws(Failure) { throw .readOnly }
}

/// A file whose bytes may come to lie elsewhere while it is open.
package protocol Following: Sendable {
    /// Where to read from now.
    func contents() throws(Failure) -> BlobContents
}

/// A file that is open for writing.
package protocol Writing: Following {
    /// Whether the kernel keeps no pages of it: it knows others of the node by which this was opened.
    var isDirect: Bool { get }
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(Failure)
    func truncate(_ size: Int) throws(Failure)
    func allocate(_ mode: CInt, at offset: Int, count: Int) throws(Failure)
    /// The corresponding operation is `flush`: some descriptor of it was closed.
    func flush() throws(Failure)
    /// The corresponding operation is `release`.
    func close() throws(Failure)
}

/// Bytes that can be read.
package protocol File: Inode {
    /// The bytes, held for one open file.
    func open() throws(Failure) -> BlobContents
    /// The same for a file that tells every process something else.
    func open(by opener: Opener?) throws(Failure) -> BlobContents
    /// What to read where somebody may be writing it; nil where the bytes stay what they are.
    func follow() throws(Failure) -> (any Following)?
    /// Opens the file for writing. `stale` tells the kernel to look the name up again, for it leads to another node now.
    func write(by caller: LiveView.Caller) throws(Failure) -> any Writing
    /// The same name's file for somebody who was told `stale` and has looked it up again: one that he may write.
    func found(again caller: LiveView.Caller) throws(Failure) -> any File
    /// Cuts the file by its name; `stale` as above. The corresponding operation is `truncate`.
    func truncate(_ size: Int, by caller: LiveView.Caller) throws(Failure)
    /// How the kernel may keep the bytes.
    var caching: Caching { get }
    /// What is worth noting when a process opens it; nil for what is not a model.
    func witness(by opener: Opener) throws(Failure) -> Witnessed?
    /// What is to be held as long as the file is open.
    func hold() -> (any Sendable)?
}

extension File {
    /// Who opens it makes no difference, unless a tree says otherwise.
    package func open(by opener: Opener?) throws(Failure) -> BlobContents { try open() }
    /// Nil: its bytes come from nowhere else.
    package func follow() throws(Failure) -> (any Following)? { nil }
    package func witness(by opener: Opener) throws(Failure) -> Witnessed? { nil }
    /// Nil: nothing is to be kept while the kernel knows it.
    package func hold() -> (any Sendable)? { nil }
    /// EROFS, as all changes of a view that is only read.
    package func write(by caller: LiveView.Caller) throws(Failure) -> any Writing { throw .readOnly }
    /// Itself: only files of the live view are given another node.
    package func found(again caller: LiveView.Caller) throws(Failure) -> any File { self }
    /// EROFS, as all changes of a view that is only read.
    package func truncate(_ size: Int, by caller: LiveView.Caller) throws(Failure) { throw .readOnly }
}

/// A file that takes what is written into it, as one message for each open, and gives nothing back.
package protocol Inbox: File {
    /// The longest message. Bytes.
    var limit: Int { get }
    /// Takes a whole message; it is kept when this returns.
    func accept(_ message: [UInt8], from opener: Opener?, by writer: ReportWriter) throws(Failure)
}

/// What an open of a model tells: the bytes, and the name under which they were found.
package struct Witnessed: Sendable {
    /// The name and the view under which it was opened.
    package let name: LoadName
    /// The bytes that were found.
    package let blob: Blob
    /// The version's row; nil where the bytes were found without a name.
    package let version: Int?
}

/// A symbolic link; every alias is one.
package protocol Link: Inode {
    /// The corresponding operation is `readlink`.
    func target() throws(Failure) -> String
}

/// How long what the kernel was told stays true.
package enum Caching: Sendable {
    /// One content for ever, but its name may go or get another node at any time: pages are kept, the rest for a moment.
    case pages
    /// The text may be rendered again: kept for a moment.
    case brief
    /// Made anew for each open; never cached.
    case none
}

/// What `stat` shows.
package struct Attributes: Sendable, Equatable {
    /// What kind of file the kernel is told.
    package enum Kind: Sendable { case directory, file, link }

    /// What the kernel is told as inode number.
    package let id: NodeID
    /// What kind of file it is.
    package let kind: Kind
    /// Bytes.
    package let size: Int
    /// Time of content; also of change and access, where ``access`` has no others.
    package let modified: Timestamp
    package let caching: Caching
    /// Whether it is written into: by its owner alone, for the mount reads with the owner's rights what a message names.
    package let isInbox: Bool
    /// What the node itself has of these; the rest is as the mount shows everything.
    package var access = Access()

    /// Modes, owner and times of a node that can be changed.
    package struct Access: Sendable, Equatable {
        /// The twelve bits that `chmod` sets.
        package var mode: UInt32?
        /// Nil: who mounted.
        package var user, group: UInt32?
        /// Nil: the same as `modified`.
        package var accessed, changed: Timestamp?
        /// Blocks of 512 bytes.
        package var blocks: Int?
        /// Whether it has no name any more, and lives only while it is open.
        package var isUnlinked = false
    }

    package init(
        id: NodeID, kind: Kind, size: Int, modified: Timestamp, caching: Caching, isInbox: Bool = false,
        isPrivate: Bool = false
    ) {
        self.isInbox = isInbox
        if isPrivate { access.mode = kind == .directory ? 0o700 : 0o600 }
        self.id = id
        self.kind = kind
        self.size = size
        self.modified = modified
        self.caching = caching
    }

    static func directory(
        _ id: NodeID, modified: Timestamp, caching: Caching = .brief, isPrivate: Bool = false
    ) -> Attributes {
        Attributes(
            id: id, kind: .directory, size: 4096, modified: modified, caching: caching, isPrivate: isPrivate)
    }

    static func link(_ id: NodeID, to target: String, modified: Timestamp, caching: Caching = .brief) -> Attributes {
        Attributes(id: id, kind: .link, size: target.utf8.count, modified: modified, caching: caching)
    }
}
