import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from mandat.web.migrating import CreateModels


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('custody', '0001_initial'),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name='Standing',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('body', models.SlugField(max_length=60)),
                        ('created_on', models.DateField(null=True)),
                        ('created_by', models.CharField(blank=True, max_length=200)),
                        ('created_url', models.URLField(blank=True, max_length=500)),
                        ('installed_on', models.DateField(null=True)),
                        ('ended_on', models.DateField(null=True)),
                        ('subject', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='custody.subject')),
                    ],
                    options={
                        'verbose_name': 'standing of a body',
                        'constraints': [models.UniqueConstraint(models.F('programme'), models.F('body'), name='bodies_one_standing')],
                    },
                ),
                migrations.CreateModel(
                    name='Term',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('body', models.SlugField(max_length=60)),
                        ('college', models.SlugField(blank=True, max_length=60)),
                        ('seat', models.PositiveSmallIntegerField(null=True)),
                        ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='body_terms', to=settings.AUTH_USER_MODEL)),
                        ('name', models.CharField(max_length=120)),
                        ('gender', models.CharField(blank=True, choices=[('women', 'woman'), ('men', 'man'), ('other', 'other'), ('', 'not said')], default='', max_length=5)),
                        ('organisation', models.CharField(blank=True, max_length=200)),
                        ('siren', models.CharField(blank=True, max_length=9)),
                        ('president', models.BooleanField(default=False)),
                        ('votes', models.BooleanField(default=True)),
                        ('since', models.DateField()),
                        ('until', models.DateField(null=True)),
                        ('why_ended', models.CharField(blank=True, choices=[('term', 'end of the term'), ('resigned', 'resignation'), ('lost', 'loss of the quality for which one sat'), ('replaced', 'replaced by the organisation represented'), ('death', 'death'), ('body', 'end of the body')], max_length=8)),
                        ('synthetic', models.BooleanField(default=False)),
                    ],
                    options={
                        'verbose_name': 'term in a body',
                        'indexes': [models.Index(models.F('programme'), models.F('body'), models.F('until'), name='bodies_terms_of_a_body')],
                        'constraints': [models.UniqueConstraint(models.F('programme'), models.F('body'), models.F('user'), models.F('since'), name='bodies_one_term_each'), models.UniqueConstraint(models.F('programme'), models.F('body'), models.F('college'), models.F('seat'), models.F('since'), name='bodies_one_holder_a_seat')],
                    },
                ),
                migrations.CreateModel(
                    name='Interest',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('term', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='interests', to='bodies.term')),
                        ('nature', models.CharField(choices=[('job', 'job'), ('mandate', 'elected office'), ('director', 'seat on a board'), ('holding', 'shares'), ('volunteer', 'unpaid responsibility'), ('family', 'activity of a close relative'), ('none', 'nothing to declare')], max_length=9)),
                        ('organisation', models.CharField(blank=True, max_length=200)),
                        ('detail', models.CharField(blank=True, max_length=300)),
                        ('declared_on', models.DateField()),
                        ('until', models.DateField(null=True)),
                    ],
                    options={
                        'verbose_name': 'declared interest',
                        'indexes': [models.Index(models.F('term'), models.F('until'), name='bodies_interests_of_a_term')],
                    },
                ),
                migrations.CreateModel(
                    name='Session',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('body', models.SlugField(max_length=60)),
                        ('year', models.PositiveSmallIntegerField()),
                        ('number', models.PositiveSmallIntegerField()),
                        ('starts_at', models.DateTimeField()),
                        ('ends_at', models.DateTimeField(null=True)),
                        ('place', models.CharField(blank=True, max_length=200)),
                        ('link', models.URLField(blank=True, max_length=500)),
                        ('public', models.BooleanField(default=True)),
                        ('state', models.CharField(choices=[('convened', 'convened'), ('open', 'sitting'), ('closed', 'held'), ('cancelled', 'cancelled')], default='convened', max_length=9)),
                        ('convened_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('convened_at', models.DateTimeField()),
                        ('moved_from', models.DateTimeField(null=True)),
                        ('notice', models.CharField(blank=True, max_length=300)),
                        ('sequence', models.PositiveSmallIntegerField(default=0)),
                        ('agenda_at', models.DateTimeField(null=True)),
                        ('opened_at', models.DateTimeField(null=True)),
                        ('closed_at', models.DateTimeField(null=True)),
                        ('quorum', models.PositiveSmallIntegerField(null=True)),
                        ('members', models.PositiveSmallIntegerField(null=True)),
                        ('draft', models.TextField(blank=True)),
                        ('synthetic', models.BooleanField(default=False)),
                    ],
                    options={
                        'verbose_name': 'session of a body',
                        'ordering': ('-starts_at', '-pk'),
                        'indexes': [models.Index(models.F('programme'), models.F('starts_at'), name='bodies_sessions_by_day')],
                        'constraints': [models.UniqueConstraint(models.F('programme'), models.F('body'), models.F('year'), models.F('number'), name='bodies_one_session_code')],
                    },
                ),
                migrations.CreateModel(
                    name='Attendance',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attendance', to='bodies.session')),
                        ('term', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attendance', to='bodies.term')),
                        ('status', models.CharField(choices=[('present', 'present'), ('remote', 'present at a distance'), ('excused', 'excused'), ('absent', 'absent')], max_length=7)),
                        ('proxy', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='proxies_held', to='bodies.term')),
                    ],
                    options={
                        'verbose_name': 'attendance',
                        'constraints': [models.UniqueConstraint(models.F('session'), models.F('term'), name='bodies_one_attendance_each')],
                    },
                ),
                migrations.CreateModel(
                    name='Minutes',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='minutes', to='bodies.session')),
                        ('rank', models.PositiveSmallIntegerField()),
                        ('stage', models.CharField(choices=[('published', 'published, to be adopted'), ('adopted', 'adopted')], max_length=9)),
                        ('text', models.TextField(blank=True)),
                        ('record', models.TextField()),
                        ('sha256', models.CharField(max_length=64)),
                        ('at', models.DateTimeField()),
                        ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('adopted_in', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='adopts', to='bodies.session')),
                    ],
                    options={
                        'verbose_name': 'minutes of a session',
                        'constraints': [models.UniqueConstraint(models.F('session'), models.F('rank'), name='bodies_one_minutes_a_rank')],
                    },
                ),
                migrations.CreateModel(
                    name='AgendaRequest',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('body', models.SlugField(max_length=60)),
                        ('title_fr', models.CharField(max_length=300)),
                        ('title_en', models.CharField(blank=True, max_length=300)),
                        ('source', models.CharField(max_length=120)),
                        ('url', models.CharField(blank=True, max_length=500)),
                        ('asked_at', models.DateTimeField()),
                        ('due_on', models.DateField(null=True)),
                        ('state', models.CharField(choices=[('waiting', 'waiting'), ('placed', 'on an agenda'), ('decided', 'dealt with'), ('refused', 'refused')], default='waiting', max_length=8)),
                        ('reason', models.TextField(blank=True)),
                        ('settled_at', models.DateTimeField(null=True)),
                        ('synthetic', models.BooleanField(default=False)),
                    ],
                    options={
                        'verbose_name': 'request for an item',
                        'ordering': ('due_on', 'pk'),
                        'constraints': [models.UniqueConstraint(models.F('programme'), models.F('body'), models.F('source'), name='bodies_one_request_a_source')],
                    },
                ),
                migrations.CreateModel(
                    name='Item',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='bodies.session')),
                        ('position', models.PositiveSmallIntegerField()),
                        ('title_fr', models.CharField(max_length=300)),
                        ('title_en', models.CharField(blank=True, max_length=300)),
                        ('nature', models.CharField(choices=[('decision', 'decision'), ('opinion', 'opinion'), ('report', 'report'), ('agreement', 'agreement'), ('election', 'election'), ('minutes', 'adoption of minutes'), ('information', 'information')], default='decision', max_length=11)),
                        ('text', models.TextField(blank=True)),
                        ('rapporteur', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bodies.term')),
                        ('request', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='item', to='bodies.agendarequest')),
                        ('adopts', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bodies.session')),
                        ('closed_doors', models.BooleanField(default=False)),
                        ('outcome', models.CharField(blank=True, choices=[('adopted', 'adopted'), ('rejected', 'rejected'), ('noted', 'noted'), ('postponed', 'put off'), ('withdrawn', 'withdrawn')], max_length=9)),
                    ],
                    options={
                        'verbose_name': "item of a body's agenda",
                        'ordering': ('position', 'pk'),
                    },
                ),
                migrations.CreateModel(
                    name='Paper',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='bodies.session')),
                        ('item', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='papers', to='bodies.item')),
                        ('title', models.CharField(max_length=200)),
                        ('upload', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='custody.storedfile')),
                        ('added_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('added_at', models.DateTimeField()),
                        ('public_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'verbose_name': 'paper of a session',
                        'ordering': ('item__position', 'pk'),
                    },
                ),
                migrations.CreateModel(
                    name='Amendment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='amendments', to='bodies.item')),
                        ('number', models.PositiveSmallIntegerField()),
                        ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bodies.term')),
                        ('text', models.TextField()),
                        ('outcome', models.CharField(blank=True, choices=[('adopted', 'adopted'), ('rejected', 'rejected'), ('withdrawn', 'withdrawn')], max_length=9)),
                    ],
                    options={
                        'verbose_name': 'amendment to an item',
                        'ordering': ('number',),
                        'constraints': [models.UniqueConstraint(models.F('item'), models.F('number'), name='bodies_one_amendment_a_number')],
                    },
                ),
                migrations.CreateModel(
                    name='Recusal',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recusals', to='bodies.item')),
                        ('term', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recusals', to='bodies.term')),
                        ('why', models.CharField(choices=[('interest', 'declared interest'), ('person', 'personal tie'), ('other', 'other reason')], max_length=8)),
                        ('at', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': 'recusal on an item',
                        'constraints': [models.UniqueConstraint(models.F('item'), models.F('term'), name='bodies_one_recusal_each')],
                    },
                ),
                migrations.CreateModel(
                    name='Division',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='divisions', to='bodies.item')),
                        ('amendment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='divisions', to='bodies.amendment')),
                        ('mode', models.CharField(choices=[('roll-call', 'roll call'), ('show-of-hands', 'show of hands')], max_length=13)),
                        ('opened_at', models.DateTimeField()),
                        ('closed_at', models.DateTimeField(null=True)),
                        ('yes', models.PositiveSmallIntegerField(default=0)),
                        ('no', models.PositiveSmallIntegerField(default=0)),
                        ('abstain', models.PositiveSmallIntegerField(default=0)),
                        ('none', models.PositiveSmallIntegerField(default=0)),
                        ('presided', models.CharField(blank=True, max_length=7)),
                        ('adopted', models.BooleanField(null=True)),
                    ],
                    options={
                        'verbose_name': 'question put to the vote',
                        'ordering': ('item__position', 'amendment__number', 'pk'),
                        'constraints': [models.UniqueConstraint(models.F('item'), condition=models.Q(('amendment__isnull', True)), name='bodies_one_vote_an_item'), models.UniqueConstraint(models.F('amendment'), condition=models.Q(('amendment__isnull', False)), name='bodies_one_vote_an_amendment')],
                    },
                ),
                migrations.CreateModel(
                    name='Vote',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('division', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='votes', to='bodies.division')),
                        ('term', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='votes_cast', to='bodies.term')),
                        ('choice', models.CharField(choices=[('for', 'for'), ('against', 'against'), ('abstain', 'abstention'), ('none', 'takes no part')], max_length=7)),
                        ('proxy', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bodies.term')),
                        ('at', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': 'vote of a member',
                        'constraints': [models.UniqueConstraint(models.F('division'), models.F('term'), name='bodies_one_vote_each')],
                    },
                ),
                migrations.CreateModel(
                    name='Decision',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('body', models.SlugField(max_length=60)),
                        ('year', models.PositiveSmallIntegerField()),
                        ('number', models.PositiveSmallIntegerField()),
                        ('item', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='decision', to='bodies.item')),
                        ('decided_on', models.DateField()),
                        ('record', models.TextField()),
                        ('sha256', models.CharField(max_length=64)),
                        ('fact_index', models.BigIntegerField()),
                        ('synthetic', models.BooleanField(default=False)),
                    ],
                    options={
                        'verbose_name': 'decision of a body',
                        'ordering': ('-year', '-number'),
                        'constraints': [models.UniqueConstraint(models.F('programme'), models.F('body'), models.F('year'), models.F('number'), name='bodies_one_decision_a_number')],
                    },
                ),
                migrations.CreateModel(
                    name='FollowUp',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='follow_ups', to='bodies.decision')),
                        ('owner', models.SlugField(max_length=60)),
                        ('what', models.CharField(max_length=300)),
                        ('due_on', models.DateField()),
                        ('done_on', models.DateField(null=True)),
                        ('done_note', models.CharField(blank=True, max_length=300)),
                        ('done_url', models.URLField(blank=True, max_length=500)),
                    ],
                    options={
                        'verbose_name': 'follow-up of a decision',
                        'ordering': ('due_on', 'pk'),
                        'indexes': [models.Index(models.F('due_on'), condition=models.Q(('done_on__isnull', True)), name='bodies_follow_up_due')],
                    },
                ),
            ]
        ),
    ]
