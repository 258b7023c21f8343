package import Recipe
package import Store

/// A node whose modes, owners, times and extended attributes can be changed. All other nodes are read-only.
package protocol WritableInode: Inode {
    /// Sets modes, owners and times. The corresponding operation is `setattr`.
    func change(_ change: InodeChange) throws(StoreError)
    /// The corresponding operations are `setxattr` and, without a value, `removexattr`.
    func setExtendedAttribute(_ key: String, _ value: [UInt8]?, _ mode: AttributeMode) throws(StoreError)
}

/// A directory in which names can be made, moved and removed. The caller has checked that a new name is valid.
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
    /// `directory` belongs to the same tree.
    func rename(
        _ name: EntryName, to directory: any WritableDirectory, as newName: EntryName, _ mode: RenameMode,
        by caller: Caller
    ) throws(StoreError)
}

/// A file that can be written.
package protocol WritableFile: File, WritableInode {
    /// Opens the file for writing. Throws `gone` if the kernel has to look the name up again, since it leads to another node now.
    func write(by caller: Caller) throws(StoreError) -> any Writing
    /// The file of the same name that a caller may write who was told `gone` and has looked the name up again.
    func found(again caller: Caller) throws(StoreError) -> any File
    /// Truncates the file by its name; throws `gone` as above. The corresponding operation is `truncate`.
    func truncate(_ size: Int, by caller: Caller) throws(StoreError)
}

/// A file that is open for writing.
package protocol Writing: Following {
    /// Whether the kernel must keep no pages: it has pages of other bytes for the node by which this was opened.
    var isDirect: Bool { get }
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(StoreError)
    func truncate(_ size: Int) throws(StoreError)
    func allocate(_ mode: CInt, at offset: Int, count: Int) throws(StoreError)
    /// A descriptor of the file was closed. The corresponding operation is `flush`.
    func flush() throws(StoreError)
    /// The corresponding operation is `release`.
    func close() throws(StoreError)
}
