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
    /// The value of one of them, of the `user` namespace; nil where there is none.
    func extendedAttribute(_ key: String) throws(StoreError) -> [UInt8]?
    /// Returns when it is on disk. The corresponding operations are `fsync` and `fsyncdir`.
    func sync() throws(StoreError)
}

extension Inode {
    package func extendedAttributes() throws(StoreError) -> [FileAttribute] { [] }
    package func extendedAttribute(_ key: String) throws(StoreError) -> [UInt8]? {
        try extendedAttributes().first { $0.isNamed(key) }?.value
    }
    /// Nothing is to be done, unless a tree says otherwise.
    package func sync() throws(StoreError) {}
}

/// A directory.
package protocol Directory: Inode {
    /// The node of this name; nil where there is none. Aliases resolve here without being listed.
    func child(_ name: EntryName) throws(StoreError) -> Node?
    /// The next entries after `cookie`, which is 0 at the start or an earlier entry's; at most about `limit`.
    func entries(after cookie: Cookie, limit: Int) throws(StoreError) -> [Entry]
}

/// A file whose bytes may come to lie elsewhere while it is open.
package protocol Following: Sendable {
    /// Where to read from now.
    func contents() throws(StoreError) -> BlobContents
}

/// Bytes that can be read.
package protocol File: Inode {
    /// The bytes, held for one open file.
    func open() throws(StoreError) -> BlobContents
    /// The same for a file that tells every process something else.
    func open(by opener: Opener?) throws(StoreError) -> BlobContents
    /// What to read where somebody may be writing it; nil where the bytes stay what they are.
    func follow() throws(StoreError) -> (any Following)?
    /// How the kernel may keep the bytes.
    var caching: Caching { get }
    /// What is worth noting when a process opens it; nil for what is not a model.
    func witness(by opener: Opener) throws(StoreError) -> Witnessed?
    /// What is to be held as long as the file is open.
    func hold() -> (any Sendable)?
}

extension File {
    /// Who opens it makes no difference, unless a tree says otherwise.
    package func open(by opener: Opener?) throws(StoreError) -> BlobContents { try open() }
    /// Nil: its bytes come from nowhere else.
    package func follow() throws(StoreError) -> (any Following)? { nil }
    package func witness(by opener: Opener) throws(StoreError) -> Witnessed? { nil }
    /// Nil: nothing is to be kept while the kernel knows it.
    package func hold() -> (any Sendable)? { nil }
}

/// A file that takes what is written into it, as one message for each open, and gives nothing back.
package protocol Inbox: File {
    /// The longest message. Bytes.
    var limit: Int { get }
    /// Takes a whole message; it is kept when this returns.
    func accept(_ message: [UInt8], from opener: Opener?, by writer: ReportWriter) throws(StoreError)
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
    func target() throws(StoreError) -> String
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
