import Glibc

/// The space on a file system, as statvfs(3) reports it.
package struct DiskSpace: Sendable {
    /// Bytes of a block.
    package let blockSize: UInt
    /// In blocks; `available` is what an ordinary user may use.
    package let blocks, free, available: UInt64

    package init(blockSize: UInt, blocks: UInt64, free: UInt64, available: UInt64) {
        self.blockSize = blockSize
        self.blocks = blocks
        self.free = free
        self.available = available
    }

    init(_ facts: statvfs) {
        self.init(
            blockSize: facts.f_frsize, blocks: UInt64(facts.f_blocks), free: UInt64(facts.f_bfree),
            available: UInt64(facts.f_bavail))
    }

    /// How much this user may still write; file systems without a limit of their own may report more than there can be. Bytes.
    package var availableBytes: Int { bytes(available) }

    /// What has to stay free, since deleting needs room, too: 32 MiB, or a sixteenth of a small disk. Bytes.
    private var reserve: Int { min(32 << 20, bytes(blocks / 16)) }

    /// How much may be written before only the reserve is left. Bytes.
    package var availableBeforeReserve: Int { max(0, availableBytes - reserve) }

    private func bytes(_ blocks: UInt64) -> Int {
        let (bytes, overflow) = blocks.multipliedReportingOverflow(by: UInt64(max(1, blockSize)))
        return overflow ? .max : Int(clamping: bytes)
    }
}
