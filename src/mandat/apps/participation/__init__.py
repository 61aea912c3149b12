"""Processes as definitions: phases, who takes part, proposals, supports, debates."""
