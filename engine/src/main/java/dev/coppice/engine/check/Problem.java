package dev.coppice.engine.check;

/**
 * Something in a store that is not as the format says.
 *
 * @param path the way from a root to the page concerned, for people
 * @param message what is wrong
 */
public record Problem(String path, String message) {
    @Override
    public String toString() {
        return path + ": " + message;
    }
}
