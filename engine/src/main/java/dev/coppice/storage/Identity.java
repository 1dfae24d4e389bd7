package dev.coppice.storage;

/**
 * Tells whether the page cache that this process sees is the one that an earlier process left: the
 * boot of the machine, and the data file by device and inode. A part that the platform cannot tell
 * is 0, which never counts as equal.
 *
 * @param bootHigh first half of the boot id
 * @param bootLow second half of the boot id
 * @param device device that holds the data file
 * @param inode the data file on that device
 */
public record Identity(long bootHigh, long bootLow, long device, long inode) {

    /** {@return whether both were taken in the same, known boot} */
    public boolean isSameBoot(long otherBootHigh, long otherBootLow) {
        return (bootHigh | bootLow) != 0 && bootHigh == otherBootHigh && bootLow == otherBootLow;
    }

    /** {@return whether both name the same, known file} */
    public boolean isSameFile(long otherDevice, long otherInode) {
        return inode != 0 && device == otherDevice && inode == otherInode;
    }
}
