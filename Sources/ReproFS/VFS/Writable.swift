package import Recipe
package import Store

/// Modes, owners and times that a node is to have; nil for those that stay.
package struct Change: Sendable, Equatable {
    /// Permission bits.
    package var mode: UInt32?
    package var user, group: UInt32?
    package var accessed, modified: Timestamp?

    package init() {}
}

/// What a rename does where the new name is taken: replace what has it, fail, or exchange both.
package enum RenameMode: Sendable { case replace, new, exchange }

/// Whether an extended attribute may be there already: in any case, not at all, or it must be.
package enum AttributeMode: Sendable { case any, new, replace }

/// A node whose modes, owners, times and extended attributes can be changed. What is none of these is read-only.
package protocol WritableInode: Inode {
    /// Modes, owners and times. The corresponding operation is `setattr`.
    func change(_ change: Change) throws(StoreError)
    /// The corresponding operations are `setxattr` and, without a value, `removexattr`.
    func setExtendedAttribute(_ key: String, _ value: [UInt8]?, _ mode: AttributeMode) throws(StoreError)
}

/// A directory in which names are made, moved and removed. Whoever calls has checked that a new name may come in.
package protocol WritableDirectory: Directory, WritableInode {
    func create(
        _ name: EntryName, mode: UInt32, by caller: Caller
    ) throws(StoreError) -> (any WritableFile, any Writing)
    func makeDirectory(
        _ name: EntryName, mode: UInt32, by caller: Caller
    ) throws(StoreError) -> any WritableDirectory
    func makeLink(_ name: EntryName, to target: String, by caller: Caller) throws(StoreError) -> any Link
    /// The corresponding operation is `unlink`.
    func remove(_ name: EntryName, by caller: Caller) throws(StoreError)
    /// The corresponding operation is `rmdir`.
    func removeDirectory(_ name: EntryName, by caller: Caller) throws(StoreError)
    /// `directory` is of the same tree.
    func rename(
        _ name: EntryName, to directory: any WritableDirectory, as newName: EntryName, _ mode: RenameMode,
        by caller: Caller
    ) throws(StoreError)
}

/// A file that can be written.
package protocol WritableFile: File, WritableInode {
    /// Opens the file for writing. `gone` tells the kernel to look the name up again, for it leads to another node now.
    func write(by caller: Caller) throws(StoreError) -> any Writing
    /// The same name's file for somebody who was told `gone` and has looked it up again: one that he may write.
    func found(again caller: Caller) throws(StoreError) -> any File
    /// Cuts the file by its name; `gone` as above. The corresponding operation is `truncate`.
    func truncate(_ size: Int, by caller: Caller) throws(StoreError)
}

/// A file that is open for writing.
package protocol Writing: Following {
    /// Whether the kernel keeps no pages of it: it knows others of the node by which this was opened.
    var isDirect: Bool { get }
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(StoreError)
    func truncate(_ size: Int) throws(StoreError)
    func allocate(_ mode: CInt, at offset: Int, count: Int) throws(StoreError)
    /// The corresponding operation is `flush`: some descriptor of it was closed.
    func flush() throws(StoreError)
    /// The corresponding operation is `release`.
    func close() throws(StoreError)
}
