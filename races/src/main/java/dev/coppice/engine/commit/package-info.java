/** Races inside the commit sequence; in its package because they are about its parts. */
package dev.coppice.engine.commit;
