import django.db.models.deletion
import mandat.apps.community.models.moderating
from django.conf import settings
from django.db import migrations, models

from mandat.web.migrating import CreateModels


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name='Follow',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='follows', to=settings.AUTH_USER_MODEL)),
                        ('programme', models.SlugField(max_length=60)),
                        ('target', models.CharField(max_length=120)),
                        ('pace', models.CharField(choices=[('instant', 'as soon as something happens'), ('daily', 'once a day'), ('weekly', 'once a week'), ('none', 'never: only keep it in my list')], default='weekly', max_length=10, verbose_name='pace')),
                        ('since', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': 'what one follows',
                        'indexes': [models.Index(models.F('programme'), models.F('pace'), models.F('user'), models.F('target'), name='community_to_tell'), models.Index(models.F('programme'), models.F('target'), name='community_followers')],
                        'constraints': [models.UniqueConstraint(models.F('user'), models.F('programme'), models.F('target'), name='one_follow_a_target')],
                    },
                ),
                migrations.CreateModel(
                    name='Event',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('target', models.CharField(max_length=120)),
                        ('key', models.CharField(max_length=160)),
                        ('title_fr', models.CharField(max_length=300)),
                        ('title_en', models.CharField(max_length=300)),
                        ('url', models.CharField(max_length=400)),
                        ('at', models.DateTimeField()),
                        ('answer', models.BooleanField(default=False)),
                        ('recorded_at', models.DateTimeField()),
                        ('withdrawn_at', models.DateTimeField(null=True)),
                        ('told_instant', models.PositiveIntegerField(null=True)),
                        ('told_daily', models.PositiveIntegerField(null=True)),
                        ('told_weekly', models.PositiveIntegerField(null=True)),
                    ],
                    options={
                        'verbose_name': 'event',
                        'indexes': [models.Index(models.F('programme'), models.F('target'), models.OrderBy(models.F('at'), descending=True), name='community_events_of'), models.Index(models.F('programme'), models.F('key'), name='community_events_keys'), models.Index(models.F('told_instant'), condition=models.Q(('told_instant', None)), name='community_untold_instant'), models.Index(models.F('told_daily'), condition=models.Q(('told_daily', None)), name='community_untold_daily'), models.Index(models.F('told_weekly'), condition=models.Q(('told_weekly', None)), name='community_untold_weekly')],
                        'constraints': [models.UniqueConstraint(models.F('programme'), models.F('target'), models.F('key'), name='one_event_a_key')],
                    },
                ),
                migrations.CreateModel(
                    name='Digest',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('pace', models.CharField(choices=[('instant', 'as soon as something happens'), ('daily', 'once a day'), ('weekly', 'once a week'), ('none', 'never: only keep it in my list')], max_length=10)),
                        ('number', models.PositiveIntegerField()),
                        ('window', models.JSONField(default=dict)),
                        ('starts_at', models.DateTimeField()),
                        ('ends_at', models.DateTimeField()),
                        ('due', models.PositiveIntegerField(default=0)),
                        ('done_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'verbose_name': 'digest',
                        'constraints': [models.UniqueConstraint(models.F('programme'), models.F('pace'), models.F('number'), name='one_digest_a_number')],
                    },
                ),
                migrations.CreateModel(
                    name='DigestCursor',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('pace', models.CharField(choices=[('instant', 'as soon as something happens'), ('daily', 'once a day'), ('weekly', 'once a week'), ('none', 'never: only keep it in my list')], max_length=10)),
                        ('place', models.JSONField(default=dict)),
                        ('number', models.PositiveIntegerField(default=0)),
                        ('ran_at', models.DateTimeField()),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(models.F('programme'), models.F('pace'), name='one_digest_cursor')],
                    },
                ),
                migrations.CreateModel(
                    name='DigestSection',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('digest', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sections', to='community.digest')),
                        ('target', models.CharField(max_length=120)),
                        ('body', models.JSONField()),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(models.F('digest'), models.F('target'), name='one_section_a_target')],
                    },
                ),
                migrations.CreateModel(
                    name='DigestSlice',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('digest', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='slices', to='community.digest')),
                        ('first_user', models.BigIntegerField()),
                        ('last_user', models.BigIntegerField()),
                        ('held_at', models.DateTimeField(null=True)),
                        ('filled_at', models.DateTimeField(null=True)),
                        ('done_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'indexes': [models.Index(models.F('digest'), condition=models.Q(('done_at__isnull', True)), name='community_slices_left')],
                        'constraints': [models.UniqueConstraint(models.F('digest'), models.F('first_user'), name='one_slice_a_start')],
                    },
                ),
                migrations.CreateModel(
                    name='DigestDelivery',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('slice', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='community.digestslice')),
                        ('digest', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='community.digest')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('begun_at', models.DateTimeField(null=True)),
                        ('sent_at', models.DateTimeField(null=True)),
                        ('failures', models.PositiveSmallIntegerField(default=0)),
                        ('not_before', models.DateTimeField()),
                        ('given_up', models.BooleanField(default=False)),
                    ],
                    options={
                        'indexes': [models.Index(models.F('slice'), models.F('not_before'), condition=models.Q(('given_up', False), ('sent_at__isnull', True)), name='community_deliveries_left')],
                        'constraints': [models.UniqueConstraint(models.F('digest'), models.F('user'), name='one_digest_a_person')],
                    },
                ),
                migrations.CreateModel(
                    name='Allowance',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.CharField(max_length=120, unique=True)),
                        ('slots', models.JSONField(default=dict)),
                        ('touched_at', models.DateTimeField(db_index=True)),
                    ],
                ),
                migrations.CreateModel(
                    name='Fingerprint',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('digest', models.CharField(max_length=64)),
                        ('author_key', models.CharField(max_length=40)),
                        ('at', models.DateTimeField(db_index=True)),
                    ],
                    options={
                        'indexes': [models.Index(models.F('digest'), models.F('at'), name='community_same_texts')],
                    },
                ),
                migrations.CreateModel(
                    name='ModerationCase',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reference', models.CharField(default=mandat.apps.community.models.moderating.reference, max_length=20, unique=True)),
                        ('programme', models.SlugField(max_length=60)),
                        ('kind', models.CharField(max_length=40)),
                        ('content', models.CharField(max_length=80)),
                        ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('state', models.CharField(choices=[('visible', 'shown to everyone'), ('held', 'held until someone has looked'), ('hidden', 'hidden'), ('change', 'hidden until its author has changed it'), ('refused', 'refused')], default='visible', max_length=10, verbose_name='state')),
                        ('held_for', models.CharField(blank=True, max_length=120)),
                        ('reports', models.PositiveIntegerField(default=0)),
                        ('opened_at', models.DateTimeField()),
                        ('due_at', models.DateTimeField(null=True)),
                        ('decided_at', models.DateTimeField(null=True)),
                        ('synthetic', models.BooleanField(default=False)),
                    ],
                    options={
                        'verbose_name': 'moderation case',
                        'indexes': [models.Index(models.F('programme'), models.F('due_at'), condition=models.Q(('due_at__isnull', False)), name='community_to_look_at')],
                        'constraints': [models.UniqueConstraint(models.F('programme'), models.F('kind'), models.F('content'), name='one_case_a_content')],
                    },
                ),
                migrations.CreateModel(
                    name='Report',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reported', to='community.moderationcase')),
                        ('reporter', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('reason', models.CharField(max_length=40)),
                        ('words', models.TextField(blank=True)),
                        ('at', models.DateTimeField()),
                        ('upheld', models.BooleanField(null=True)),
                    ],
                    options={
                        'verbose_name': 'report',
                        'constraints': [models.UniqueConstraint(models.F('case'), models.F('reporter'), name='one_report_a_reporter')],
                    },
                ),
                migrations.CreateModel(
                    name='ModerationDecision',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='community.moderationcase')),
                        ('rank', models.PositiveSmallIntegerField()),
                        ('outcome', models.CharField(choices=[('keep', 'keep as it is'), ('hide', 'hide'), ('change', 'ask the author to change it'), ('refuse', 'refuse'), ('restore', 'show again')], max_length=10, verbose_name='decision')),
                        ('reason', models.CharField(max_length=40)),
                        ('words', models.TextField(blank=True)),
                        ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('at', models.DateTimeField()),
                        ('charter_version', models.PositiveIntegerField(default=0)),
                        ('fact_index', models.BigIntegerField()),
                    ],
                    options={
                        'verbose_name': 'moderation decision',
                        'constraints': [models.UniqueConstraint(models.F('case'), models.F('rank'), name='one_moderation_decision_a_rank')],
                    },
                ),
                migrations.CreateModel(
                    name='ModerationAppeal',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('decision', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='appeal', to='community.moderationdecision')),
                        ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('grounds', models.TextField()),
                        ('lodged_at', models.DateTimeField()),
                        ('due_at', models.DateTimeField()),
                        ('upheld', models.BooleanField(null=True)),
                        ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('words', models.TextField(blank=True)),
                        ('decided_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'verbose_name': 'appeal',
                        'indexes': [models.Index(models.F('due_at'), condition=models.Q(('upheld__isnull', True)), name='community_appeals_left')],
                    },
                ),
                migrations.CreateModel(
                    name='Suspension',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reference', models.CharField(default=mandat.apps.community.models.moderating.reference, max_length=20, unique=True)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='suspensions', to=settings.AUTH_USER_MODEL)),
                        ('reason', models.CharField(max_length=40)),
                        ('words', models.TextField()),
                        ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('starts_at', models.DateTimeField()),
                        ('ends_at', models.DateTimeField()),
                        ('lifted_at', models.DateTimeField(null=True)),
                        ('lifted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('fact_index', models.BigIntegerField()),
                    ],
                    options={
                        'verbose_name': 'suspension',
                        'indexes': [models.Index(models.F('user'), models.F('ends_at'), name='community_suspended')],
                    },
                ),
                migrations.CreateModel(
                    name='Badge',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='badges', to=settings.AUTH_USER_MODEL)),
                        ('kind', models.CharField(choices=[('official', 'speaks for the region'), ('organisation', 'speaks for an organisation')], max_length=15)),
                        ('label_fr', models.CharField(max_length=120)),
                        ('label_en', models.CharField(max_length=120)),
                        ('given_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('given_at', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': 'badge',
                        'constraints': [models.UniqueConstraint(models.F('user'), models.F('kind'), name='one_badge_a_kind')],
                    },
                ),
            ]
        ),
    ]
