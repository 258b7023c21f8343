import GRDB
import SystemPackage
let x = 1
