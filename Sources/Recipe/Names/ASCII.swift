/// What grammars of names, numbers and addresses ask of a byte. Unlike `Character`'s properties these hold for ASCII alone.
extension UInt8 {
    /// `0` to `9`.
    package var isASCIIDigit: Bool { self >= 0x30 && self <= 0x39 }
    /// `a` to `z`.
    package var isASCIILowercase: Bool { self >= 0x61 && self <= 0x7A }
    /// A letter of either case.
    package var isASCIILetter: Bool { (self | 0x20).isASCIILowercase }
    /// A letter of either case, or a digit.
    package var isASCIIAlphanumeric: Bool { isASCIILetter || isASCIIDigit }
}
