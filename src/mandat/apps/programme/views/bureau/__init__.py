"""The back office: pages for agents, elected members, auditors and administrators."""
