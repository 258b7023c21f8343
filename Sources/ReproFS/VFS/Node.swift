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
    func attributes() throws(StoreError) -> Attributes
    /// The corresponding operations are `getxattr` and `listxattr`.
    func extendedAttributes() throws(StoreError) -> [FileAttribute]
    /// The value of one attribute of the `user` namespace; nil if there is none.
    func extendedAttribute(_ key: String) throws(StoreError) -> [UInt8]?
    /// Returns when the node is on disk. The corresponding operations are `fsync` and `fsyncdir`.
    func sync() throws(StoreError)
}

extension Inode {
    package func extendedAttributes() throws(StoreError) -> [FileAttribute] { [] }
    package func extendedAttribute(_ key: String) throws(StoreError) -> [UInt8]? {
        try extendedAttributes().first { $0.isNamed(key) }?.value
    }
    /// Does nothing, unless a tree overrides it.
    package func sync() throws(StoreError) {}
}

/// A directory.
package protocol Directory: Inode {
    /// The node of this name; nil if there is none. Aliases resolve here, but are not listed.
    func child(_ name: EntryName) throws(StoreError) -> Node?
    /// The next entries after `cookie`, which is 0 at the start or an earlier entry's; at most about `limit`.
    func entries(after cookie: Cookie, limit: Int) throws(StoreError) -> [Entry]
}

/// An open file whose bytes may move to another place while it is open.
package protocol Following: Sendable {
    /// Where to read from now.
    func contents() throws(StoreError) -> BlobContents
}

/// Bytes that can be read.
package protocol File: Inode {
    /// The bytes, held for one open file.
    func open() throws(StoreError) -> BlobContents
    /// The same for a file whose bytes depend on who opens it.
    func open(by opener: Opener?) throws(StoreError) -> BlobContents
    /// What to read if somebody may be writing the file; nil if its bytes cannot change.
    func follow() throws(StoreError) -> (any Following)?
    /// How the kernel may keep the bytes.
    var caching: Caching { get }
    /// What to record when a process opens it; nil for a file that is not a model.
    func witness(by opener: Opener) throws(StoreError) -> Witnessed?
    /// An object to keep as long as the file is open.
    func hold() -> (any Sendable)?
}

extension File {
    /// The same bytes for everybody, unless a tree overrides it.
    package func open(by opener: Opener?) throws(StoreError) -> BlobContents { try open() }
    /// Nil: its bytes never move.
    package func follow() throws(StoreError) -> (any Following)? { nil }
    package func witness(by opener: Opener) throws(StoreError) -> Witnessed? { nil }
    /// Nil: nothing is to be kept.
    package func hold() -> (any Sendable)? { nil }
}

/// A file that takes each open, write and close as one message. There is nothing to read in it.
package protocol Inbox: File {
    /// The longest message. Bytes.
    var limit: Int { get }
    /// Takes a whole message; it is kept when this returns.
    func accept(_ message: [UInt8], from opener: Opener?, by writer: ReportWriter) throws(StoreError)
}

/// What opening a model shows: the bytes, and the name under which they were found.
package struct Witnessed: Sendable {
    /// The name and the view under which it was opened.
    package let name: LoadName
    /// The bytes that were opened.
    package let blob: Blob
    /// The version's row; nil if the bytes were opened by their hash.
    package let version: Int?
}

/// A symbolic link; every alias is one.
package protocol Link: Inode {
    /// The corresponding operation is `readlink`.
    func target() throws(StoreError) -> String
}

/// How long the kernel may keep what it was told.
package enum Caching: Sendable {
    /// The bytes never change, but the name may go, or get another node, at any time: pages are kept, everything else for a moment.
    case pages
    /// The text may be rendered again, so it is kept only for a moment.
    case brief
    /// Made anew for each open; never cached.
    case none
}
