import Foundation
import GRDB
import Recipe
import Store
import Support
import SystemPackage
import Testing

@Suite struct `The growth of a store` {
    let fixture: StoreFixture
    private let day: Int64 = 86_400 * 1_000_000_000
    private let now = Timestamp.now()
    init() throws { fixture = try StoreFixture() }

    /// A version for each, so many days old.
    private func add(_ ages: [Int64]) throws {
        for (index, age) in ages.enumerated() {
            try fixture.add("checkpoints/\(index).safetensors", seed: UInt64(index))
            let catalogue = try DatabaseQueue(path: fixture.store.path.appending("catalogue.sqlite").string)
            try catalogue.write {
                try $0.execute(
                    sql: "UPDATE version SET recorded = ? WHERE number = 1 AND id = (SELECT max(id) FROM version)",
                    arguments: [now.nanoseconds - age * day])
            }
        }
    }

    @Test func `is that of the last four weeks, without what was there before`() throws {
        // The first day's is no growth, and one came before.
        try add([40, 39, 30, 20, 10])
        let growth = try #require(try fixture.store.growth(until: now))
        #expect(growth.days == 28)
        #expect(growth.bytesPerDay == 2 * SmallModel.bytes(seed: 1).count / 28)
    }

    @Test(arguments: [[Int64](), [0], [3, 2, 1]]) func `is not known in its first days`(ages: [Int64]) throws {
        try add(ages)
        #expect(try fixture.store.growth(until: now) == nil)
    }

    @Test func `warns where fourteen days are left or fewer, and names a command`() throws {
        try add([10, 5])
        let growth = try #require(try fixture.store.growth(until: now))
        let perDay = growth.bytesPerDay
        #expect(growth.warning(free: perDay * 15) == nil)
        let warning = try #require(growth.warning(free: perDay * 14))
        #expect(
            warning.contains("in 14 days") && warning.contains("'reprofs gc --superseded-older-than 30d --dry-run'"))
        #expect(growth.warning(free: 0)?.contains("within a day") == true)
    }
}
