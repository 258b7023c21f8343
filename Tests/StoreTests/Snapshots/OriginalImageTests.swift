import Glibc
import Recipe
import Store
import Support
import SystemPackage
import Testing

@Suite struct `The file of an image` {
    let fixture: StoreFixture
    init() throws { fixture = try StoreFixture() }

    @Test func `is looked for at its other places where a large one is in its place`() throws {
        let first = try fixture.image("a.png", SmallImage.graph())
        let second = try fixture.image("b.png", SmallImage.graph())
        for path in [first, second] { _ = try fixture.store.snapshot(path) }
        let image = try #require(try fixture.store.digest(ofFile: first))
        for path in [first, second] {
            #expect(truncate(path.string, Store.shownLimit + 1) == 0)
            let found = try fixture.store.original(ofImage: image)
            #expect(found?.path == (path == first ? second : nil))
        }
    }
}
