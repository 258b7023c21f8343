import Foundation
import GRDB
import Recipe

// Extended attributes of the `user` namespace, which programs set on files and directories of the live view. They belong to the row: they
// stay with it through every rename, and move from a published file to the node that takes its name.

extension LiveView {
    /// The largest total size of one file's attributes, names included. Bytes.
    package static let attributeLimit = 64 << 10

    /// The corresponding operation is `setxattr`.
    package func set(
        _ attribute: String, _ value: [UInt8], of id: Int64, _ mode: AttributeMode
    ) throws(StoreError) {
        try Kernel.requireReserve(store.path)
        try store.catalogue.writeSoon { db in
            let id = try row(standingFor: id, db).id
            let known = try db.attribute(attribute, of: id) != nil
            if mode == .new, known { throw StoreError.attributeExists(attribute) }
            if mode == .replace, !known { throw StoreError.noAttribute(attribute) }
            let others =
                try Int.fetchOne(
                    db.cachedStatement(
                        sql: """
                            SELECT coalesce(sum(length(CAST(name AS BLOB)) + length(value)), 0) FROM liveAttribute
                            WHERE live = ? AND name <> ?
                            """), arguments: [id, attribute]) ?? 0
            guard others + attribute.utf8.count + value.count <= Self.attributeLimit else {
                throw StoreError.noRoomForAttribute(attribute)
            }
            try db.keep([FileAttribute(name: attribute, value: value)], ofLive: id)
            try db.attributesChanged(of: id)
        }
    }

    /// The corresponding operation is `removexattr`.
    package func remove(attribute: String, of id: Int64) throws(StoreError) {
        try store.catalogue.writeSoon { db in
            let id = try row(standingFor: id, db).id
            guard try db.attribute(attribute, of: id) != nil else { throw StoreError.noAttribute(attribute) }
            try db.delete(attribute: attribute, ofLive: id)
            try db.attributesChanged(of: id)
        }
    }
}

extension Store {
    /// The attributes of a node of the live view, ordered by name.
    package func attributes(ofLive id: Int64) throws(StoreError) -> [FileAttribute] {
        try catalogue.read { db in
            try Row.fetchAll(
                db.cachedStatement(sql: "SELECT name, value FROM liveAttribute WHERE live = ? ORDER BY name"),
                arguments: [id]
            ).map { FileAttribute(name: try $0.value(0), value: [UInt8](try $0.value(1) as Data)) }
        }
    }
}

extension Database {
    fileprivate func attribute(_ key: String, of live: Int64) throws -> Data? {
        try Data.fetchOne(
            cachedStatement(sql: "SELECT value FROM liveAttribute WHERE live = ? AND name = ?"),
            arguments: [live, key])
    }
}
