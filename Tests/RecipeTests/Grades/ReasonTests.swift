import Foundation
import Recipe
import Testing

@Suite struct `A reason` {
    /// Written out, as programs read them and documents promise them.
    static let table: [(String, Grade)] = [
        ("metadata.absent", .partial), ("metadata.damaged", .approximate), ("metadata.unread", .approximate),
        ("params.ui_only", .approximate),
        ("params.flat", .approximate), ("rng.gpu_default", .approximate), ("model.claim_match", .approximate),
        ("hash.fake", .approximate), ("params.unresolved", .approximate), ("seed.unknown", .partial),
        ("rng.device_noise", .approximate),
        ("sampler.nondet", .approximate), ("input.unpinned", .approximate), ("batch.index_unknown", .approximate),
        ("node.remote", .partial),
        ("node.version", .approximate), ("node.changes", .approximate),
        ("node.unrepeatable", .approximate), ("node.unread", .approximate), ("perf.approximate", .approximate),
        ("model.inferred", .approximate),
        ("model.name_only", .approximate), ("model.hidden", .approximate), ("model.kept", .approximate),
        ("model.missing", .partial),
        ("model.damaged", .partial), ("model.elsewhere", .full),
        ("name.refused", .partial), ("input.inferred", .approximate), ("input.assumed", .approximate),
        ("input.missing", .partial),
        ("input.damaged", .partial), ("text.generated", .partial), ("batch.coupled", .approximate),
        ("model.tensor_equal", .full), ("model.changed", .approximate), ("model.fuzzy", .approximate),
        ("model.unnamed", .partial), ("model.converted", .approximate), ("hash.empty", .approximate),
        ("tool.closed", .partial), ("origin.forged", .partial), ("drift.known", .approximate),
        ("env.version", .approximate), ("env.device", .approximate),
        ("env.threads", .approximate), ("env.flags", .approximate), ("env.nodes", .approximate),
        ("verified.bitexact", .full), ("proof.different", .approximate), ("proof.cause", .approximate),
    ]

    @Test(arguments: table) func `caps the grade as its code says`(code: String, cap: Grade) throws {
        let code = try #require(Reason.Code(rawValue: code))
        #expect(code.cap == cap)
        #expect(Reason(code, "said").cap == cap)
    }

    @Test func `has one of these codes`() {
        #expect(Set(Reason.Code.allCases.map(\.rawValue)) == Set(Self.table.map(\.0)))
    }

    /// Every code stands in docs/GRADES.md with its cap.
    @Test func `is explained in the table of grades`() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("docs/GRADES.md")
        let rows = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("| `") }
        #expect(rows.count == Reason.Code.allCases.count)
        for code in Reason.Code.allCases {
            let row = rows.first { $0.hasPrefix("| `\(code.rawValue)` |") }
            #expect(row?.split(separator: "|").last?.contains(code.cap.rawValue) == true, "\(code.rawValue)")
        }
    }

    @Test func `never allows the full grade, but for equal weights, bytes at a remote, and proof`() {
        #expect(Reason.Code.allCases.filter { $0.cap == .full } == [.modelTensorEqual, .modelElsewhere, .verified])
    }
}

@Suite struct `A grade` {
    @Test func `is ordered by trust`() {
        #expect([Grade.full, .partial, .approximate].sorted() == [.partial, .approximate, .full])
    }
}
