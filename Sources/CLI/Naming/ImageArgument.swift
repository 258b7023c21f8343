import ArgumentParser
import Recipe
import Store

/// An argument that names an image.
struct ImageArgument: ParsableArguments {
    @Argument(
        help: """
            An image's file, its path as 'list images' prints it, the id or the pin of a snapshot, the SHA-256 of an image's \
            file, or a file name that one image alone has.
            """, completion: Offers.image)
    var image: String

    func find(in store: Store) throws -> FoundImage { try Naming(store).image(image) }

    /// Tells the user if a better snapshot of the same image has superseded the one that was named.
    func tellSuccessor(of found: FoundImage, in store: Store) throws {
        guard let newer = try store.successor(of: found.snapshot) else { return }
        Terminal.complain(
            """
            This snapshot is superseded by \(newer.short), for which more is known: \
            \(ShellCommand.reprofs("explain", "\(newer.short)"))
            """)
    }
}
