/** What people are told about a problem: what happened, and what to do. */

export interface Problem {
  readonly title: string;
  readonly text: string;
}

export const problem = (title: string, text: string): Problem => ({ title, text });
