/// The number of a node: the view that it belongs to, and the catalogue row of its name there.
///
/// It is computed, never tracked: `forget` has nothing to do, memory does not grow with the tree, and numbers survive a restart. A number
/// identifies an entry of one view, so two names never share one, and rows are never reused.
package struct NodeID: Hashable, Sendable {
    /// The inode number.
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// `row` has 56 bits.
    package init(_ kind: NodeKind, _ row: Int64) {
        rawValue = UInt64(kind.rawValue) << 56 | UInt64(bitPattern: row) & ((1 << 56) - 1)
    }

    /// A node inside a snapshot: the snapshot's row in 36 bits, and the place in its immutable tree in 20.
    ///
    /// It needs no row of its own, so a model set is stored once, however many snapshots share it.
    package init(_ kind: NodeKind, snapshot: Int64, place: Int64) { self.init(kind, snapshot << 20 | place) }

    /// The kind in the upper 8 bits; nil if there is no such kind.
    package var kind: NodeKind? { NodeKind(rawValue: UInt8(rawValue >> 56)) }
    /// The row in the catalogue, in the lower 56 bits.
    package var row: Int64 { Int64(rawValue & ((1 << 56) - 1)) }
    /// For a node in a snapshot, the snapshot's row.
    package var snapshot: Int64 { row >> 20 }
    /// For a node in a snapshot, its place in the tree.
    package var place: Int64 { row & ((1 << 20) - 1) }

    /// FUSE fixes the root's number: 1.
    package static let root = NodeID(.fixed, 1)
}

/// What a node is: the high byte of its number. Values are never reused, since numbers outlive a release.
package enum NodeKind: UInt8, Sendable, CaseIterable {
    case fixed = 0
    case liveDirectory = 1
    case liveFile = 2
    case liveAlias = 3
    case nameDirectory = 4
    case nameModel = 5
    case nameVersion = 6
    case nameFile = 7
    case nameLatest = 8
    case nameAlias = 9
    case blob = 10
    case blobAlias = 11
    case snapshot = 12
    case snapshotModel = 13
    case snapshotInput = 14
    case snapshotAlias = 15
    case snapshotFolderAlias = 16
    case imageDirectory = 17
    case imageRecipe = 18
    case imageCard = 19
    case imageAlias = 20
    case olderImageRecipe = 21
    case olderImageCard = 22
    case olderImageAlias = 23
    case bareImageAlias = 24
    case autoV1 = 25
    case autoV2 = 26
    case autoV3 = 27
    case blake3 = 28
    case activeFolder = 29
    case activeLiveDirectory = 30
    case activeLiveLink = 31
    case activePinDirectory = 32
    case activePinLink = 33
    case snapshotNode = 34
    case moment = 35
    case momentModels = 36
    case momentDirectory = 37
    case momentLink = 38
    case momentAlias = 39
    case pinName = 40
}

/// Nodes that have no row.
package enum FixedNode: Int64, Sendable {
    case root = 1
    case hashes = 2
    case sha256 = 3
    case snapshots = 4
    case state = 5
    case status = 6
    case autoV1 = 7
    case autoV2 = 8
    case autoV3 = 9
    case blake3 = 10
    case active = 11
    case activeModels = 12
    case activePaths = 13
    case whoami = 14
    case reports = 15
    case times = 16

    /// The number of a node that has no row.
    package var id: NodeID { NodeID(.fixed, rawValue) }
}
