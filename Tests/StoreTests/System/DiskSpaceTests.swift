import Store
import Testing

@Suite struct `Space on a disk` {
    @Test(arguments: [UInt(1), 512, 4096, .max])
    func `is bounded by what a number holds, however much the file system reports`(block: UInt) {
        let space = DiskSpace(blockSize: block, blocks: .max, free: .max, available: .max)
        #expect(space.availableBytes == .max)
        #expect(space.availableBeforeReserve == Int.max - (32 << 20))
    }

    @Test func `is kept in reserve: 32 MiB, or a sixteenth of a small disk`() {
        let large = DiskSpace(blockSize: 4096, blocks: 1 << 20, free: 1 << 19, available: 1 << 18)
        #expect(large.availableBytes == 1 << 30)
        #expect(large.availableBeforeReserve == (1 << 30) - (32 << 20))
        let small = DiskSpace(blockSize: 1024, blocks: 1 << 14, free: 1 << 12, available: 1 << 12)
        #expect(small.availableBeforeReserve == 3 << 20)
        let full = DiskSpace(blockSize: 1024, blocks: 1 << 14, free: 100, available: 100)
        #expect(full.availableBeforeReserve == 0)
    }
}
