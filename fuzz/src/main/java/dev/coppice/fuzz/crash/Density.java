package dev.coppice.fuzz.crash;

/**
 * How much of what could happen is tried.
 *
 * @param perStep power losses at a change of the data file
 * @param perFlush power losses when a flush begins and when a call has returned
 * @param randomSubsets random subsets of the unsynced sectors among those to choose from
 * @param doubleOneIn one image in so many is crashed again during its recovery
 * @param recoveryOneIn one step of a recovery in so many is crashed, and at least one
 * @param lifeOneIn one image in so many is used on afterwards
 */
record Density(
        int perStep,
        int perFlush,
        int randomSubsets,
        int doubleOneIn,
        int recoveryOneIn,
        int lifeOneIn) {
    /** What each build runs. */
    static final Density SMOKE = new Density(7, 36, 12, 50, 2, 16);

    /** Everything that one step offers, for the nightly run. */
    static final Density THOROUGH = new Density(4000, 4000, 50, 9, 4, 8);

    /** Behind each fault. */
    static final Density FAULT_SMOKE = new Density(0, 3, 4, 2, 3, 3);

    /** Behind each fault, for the nightly run. */
    static final Density FAULT_THOROUGH = new Density(0, 30, 20, 1, 1, 3);

    /** {@return what is tried inside a recovery} */
    Density ofRecovery() {
        return new Density(2, Math.min(perFlush, 8), 3, 0, recoveryOneIn, 0);
    }
}
