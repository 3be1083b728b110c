// What speaks against a picture, as `palsim predict` warns of it: workers that do not fit their
// device, and methods that never synchronize.
"use strict";

const labelsOf = (methods) => methods.map(({ label }) => label).join(", ");

// A line for each; `facts` are the cluster's.
function doubtsOf({ workers, methods }, facts) {
  const doubts = [];
  const sharing = facts.device_is_shared ? Math.min(workers, facts.workers_per_node) : 1;
  const most = Math.floor(facts.device_memory_bytes / sharing);
  const large = methods.filter((method) => method.memory_per_worker_bytes > most);
  if (large.length > 0) {
    const needed = Math.max(...large.map((method) => method.memory_per_worker_bytes));
    const of = sharing > 1 ? ` for ${sharing} of them` : "";
    doubts.push(
      `Does not fit: ${labelsOf(large)} (up to ${formatBytes(needed)} per worker; ` +
        `a device has ${formatBytes(facts.device_memory_bytes)}${of}).`,
    );
  }
  const alone = workers > 1 ? methods.filter((method) => method.synchronizations === 0) : [];
  if (alone.length > 0) {
    doubts.push(`No worker ever meets another: ${labelsOf(alone)} (fewer steps than H).`);
  }
  return doubts;
}
