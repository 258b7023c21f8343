import Glibc
import ReproFS
import Testing

@Suite struct `A helper that does not answer` {
    @Test func `is to be installed, or to be started where it is installed`() {
        func advice(isInstalled: Bool) -> String? {
            PassthroughStatus.Reason.noHelper(ENOENT, isInstalled: isInstalled).advice
        }
        #expect(advice(isInstalled: false)?.contains("reprofs service install --helper") == true)
        let failed = advice(isInstalled: true) ?? ""
        #expect(failed.contains("systemctl restart reprofs-backing.socket") && !failed.contains("install --helper"))
    }
}
