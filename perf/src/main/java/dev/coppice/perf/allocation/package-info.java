/** What operations allocate, by JMH's gc profiler. {@code perf/run allocation} runs them. */
package dev.coppice.perf.allocation;
