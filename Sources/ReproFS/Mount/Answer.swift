import CFuse
import Logging
import SystemPackage

/// Runs one operation and replies: the only place that turns a failure into an errno, and the only one that logs it.
///
/// `waits`: for the disk or for whoever writes the catalogue, so that others go on meanwhile.
func answer(
    _ request: fuse_req_t?, _ operation: String, waits: Bool = false, _ body: (Mount) throws(Failure) -> Reply
) {
    guard let request, let data = fuse_req_userdata(request) else { return }
    let mount = Mount.of(data)
    if waits { mount.gate.leave() }
    let terms = mount.terms
    do throws(Failure) {
        let reply = try body(mount)
        reply.send(request, terms)
    } catch {
        if error.isNoteworthy { mount.logger.error("\(operation): \(error.message) (\(error.errno))") }
        fuse_reply_err(request, error.errno.rawValue)
    }
}
