/** Where the project lives: for reporting a mistake. */
export const REPOSITORY = "https://github.com/floating-vip/floating-vip";
