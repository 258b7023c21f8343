import Foundation
import Recipe

extension Digest {
    /// The bytes for a column.
    var data: Data { Data(bytes) }

    init(column data: Data) throws {
        guard let digest = Digest(bytes: data) else { throw StoreError.catalogue("a digest is not 32 bytes long") }
        self = digest
    }
}
