import Foundation
import GRDB
import Recipe
import SystemPackage

extension Store {
    /// Removes what nothing reaches: marks in one transaction, and unlinks once that is on disk.
    ///
    /// Publishing a blob names it in a transaction that checks that its file is there; files are unlinked in transactions that check that
    /// no row names them. So no row ever names what is being removed, and no further lock is needed. A dry run does the same and rolls
    /// back.
    package func collect(_ policy: CollectionPolicy, isDryRun: Bool) throws(StoreError) -> CollectionReport {
        try requireRoots()
        var plan = CollectionPlan()
        do throws(StoreError) {
            try catalogue.write { db in
                plan = try Collector(store: self, policy: policy, db: db).mark()
                if isDryRun { throw StoreError.interrupted }
            }
        } catch {
            guard isDryRun, case .interrupted = error else { throw error }
        }
        // Forgetting removes only what was asked for.
        let strays =
            policy.forgotten.isEmpty
            ? try strays(policy, besides: Set(plan.files.map(\.digest)), &plan.report) : []
        if !isDryRun, !plan.report.images.isEmpty {
            thumbnails.sweep { images in
                try catalogue.read { db in
                    Set(
                        try images.filter { image in
                            try Bool.fetchOne(
                                db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM image WHERE sha256 = ?)"),
                                arguments: [image.data]) == true
                        })
                }
            }
        }
        if !isDryRun { try unlink(plan.files.map(\.digest) + strays.map(\.digest), policy) }
        plan.report.partials = try partials(policy, givenUp: Set(plan.files.map(\.digest)), isDryRun: isDryRun)
        plan.report.strays = strays.count
        plan.report.blobs = plan.files.count + plan.documents + strays.count
        plan.report.bytes =
            [
                plan.files.total(\.size), plan.documentBytes, strays.total(\.size), plan.report.partials.total(\.bytes),
            ].total { $0 }
        return plan.report
    }

    /// What is on its way for nobody any more. What a transfer that broke off has brought before any row named it is worth a week: it may be
    /// most of a large model.
    private func partials(
        _ policy: CollectionPolicy, givenUp: Set<Digest>, isDryRun: Bool
    ) throws(StoreError) -> [PartialLeftover] {
        let weekAgo = Timestamp(nanoseconds: Timestamp.now().nanoseconds - 7 * 86_400_000_000_000)
        return try partialLeftovers(removes: !isDryRun) { _, digest, modified throws(StoreError) in
            if let digest, givenUp.contains(digest) { return true }
            guard policy.forgotten.isEmpty else { return false }
            guard let digest, try blob(digest) != nil else { return modified < min(policy.graceBefore, weekAgo) }
            guard modified < policy.graceBefore else { return false }
            return try !isKept(digest)
        }
    }

    /// Whether a row says of bytes that they are here, or are to come back.
    private func isKept(_ digest: Digest) throws(StoreError) -> Bool { try catalogue.read { try $0.isKept(digest) } }

    /// A root that cannot be read must not look like one that reaches nothing.
    private func requireRoots() throws(StoreError) {
        let broken = try catalogue.read { db in
            try Row.fetchOne(db, sql: "PRAGMA foreign_key_check").map {
                try "\($0.value("table") as String) row \($0.value("rowid") as Int64? ?? 0)"
            }
        }
        if let broken {
            throw .catalogue(
                "\(broken) names something that is not there, so nothing is collected; '\(ShellCommand.reprofs("verify"))' says more"
            )
        }
        _ = try DirectoryListing.entries(in: path.appending("live"))
    }

    /// Files in `blobs/` that no row names and that no row is about to name.
    private func strays(
        _ policy: CollectionPolicy, besides known: Set<Digest>, _ report: inout CollectionReport
    ) throws(StoreError) -> [CollectionPlan.File] {
        var found: [CollectionPlan.File] = []
        for name in try DirectoryListing.names(in: files.directory) {
            guard let digest = Digest(hex: name), !known.contains(digest),
                let facts = try FileFacts.at(files.path(of: digest), followLinks: false), facts.kind == .file
            else { continue }
            guard try !isKept(digest) else { continue }
            if facts.changed < policy.graceBefore {
                found.append(.init(digest: digest, size: facts.size))
            } else {
                report.holdBack(facts.size)
            }
        }
        return found
    }

    private func unlink(_ digests: [Digest], _ policy: CollectionPolicy) throws(StoreError) {
        // Few at a time, so that no writer waits for long.
        for start in stride(from: 0, to: digests.count, by: 64) {
            try catalogue.write { db in
                for digest in digests[start..<min(start + 64, digests.count)] {
                    guard try !db.isKept(digest),
                        let facts = try FileFacts.at(files.path(of: digest), followLinks: false),
                        facts.kind == .file,
                        facts.changed < policy.graceBefore || policy.forgotten.bytes.contains(digest)
                    else { continue }
                    try Kernel.unlink(files.path(of: digest))
                }
            }
        }
        if !digests.isEmpty { try Kernel.syncDirectory(files.directory) }
    }
}
