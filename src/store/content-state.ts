/** Where the content of a message is: `content_state` of its row. */
export const contentState = {
  /** Here, all of it. */
  local: 0,
  /** In the backend's mail, which is the message; what is stored here is laid over it. */
  remote: 1,
  /** The rows here are the message; those of its large values that the backend's mail has too are read from there. */
  released: 2,
} as const;
