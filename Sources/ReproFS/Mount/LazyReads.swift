import CFuse
import Glibc
import Recipe
import Store
import SystemPackage

// Files whose bytes are elsewhere and come when they are read.

/// A failure whose reason is in the log already.
private func told(_ error: StoreError) -> Failure { Failure(Failure(error).errno, error.description) }

/// What the kernel said when a file was opened, kept until the open is answered.
private final class OpenInfo: Sendable {
    private let address: UInt
    var pointer: UnsafeMutablePointer<fuse_file_info>? { UnsafeMutablePointer(bitPattern: address) }

    init(_ info: fuse_file_info) {
        let copy = UnsafeMutablePointer<fuse_file_info>.allocate(capacity: 1)
        copy.initialize(to: info)
        address = UInt(bitPattern: copy)
    }

    deinit { pointer?.deallocate() }
}

extension Mount {
    /// What to open instead of a blob that is not in the store; nil if no remote can give it.
    private func list(after error: any Error) throws -> (LazyBlobs, PieceList)? {
        guard let lazy = root.context.lazy else { return nil }
        switch error {
        case StoreError.blobMissing(let digest), StoreError.blobDamaged(let digest):
            return try lazy.list(of: digest).map { (lazy, $0) }
        default: return nil
        }
    }

    /// Opens a file for reading. If its bytes are elsewhere, the open waits until a remote says that it has them.
    func openToRead(
        _ file: any File, _ opener: Opener?, _ info: UnsafeMutablePointer<fuse_file_info>
    ) throws -> Reply {
        do { return .opened(try open(file, opener), info, file.caching) } catch {
            guard let (lazy, list) = try list(after: error) else { throw error }
            let kept = OpenInfo(info.pointee)
            return .later(endsBySignal: true) { [self] later in
                let own = lazy.open(list) { result in
                    later.answer(
                        Result {
                            guard let pointer = kept.pointer else { throw Failure(.ioError, "no file info") }
                            guard let bytes = try result.mapError(told).get() else {
                                return .opened(try self.open(file, opener), pointer, file.caching)
                            }
                            return .opened(try self.open(file, bytes, opener), pointer, file.caching)
                        })
                }
                return { lazy.giveUp(opening: own, of: list.digest) }
            }
        }
    }

    /// Reads a part of a file whose bytes may still have to come.
    func read(_ file: LazyFile, _ offset: off_t, _ size: Int) -> Reply {
        let range = min(file.size, Int(offset))..<min(file.size, Int(offset) + size)
        guard !range.isEmpty else { return .bytes([]) }
        return .later(endsBySignal: false) { later in
            let own = file.read(range) { result in
                later.answer(result.map { .bytes($0[...]) }.mapError(told))
            }
            guard let own else { return nil }
            return { file.giveUp(own) }
        }
    }
}
